"""Seeds that failed once, each with what it found. They replay what they found only with the world of that day; with
today's they are seeds like any other: of `make test` those of KEPT, small ones, of `make soak` those of SOAKED.
"""

from __future__ import annotations

# What they found has direct tests, most of which name the seed. Not by name: 20327 as the mutant
# `ruling-never-compared`, 20542 and 770028 in tests/sync_protocol/test_registry_rules.py, 70269 in
# tests/node/registry/. 20318 has none, and takes minutes by an enemy's floods.
SOAKED: dict[int, str] = {
    2: "a restored parent didn't get back its own commits on tickets that had left its child's scope",
    5: "a ticket handed back to its registering unit had two limits of one kind, and no node could store it",
    7: "a unit that left a ticket's scope got the act that says so without what that act rests on, and denied it",
    8055: "a moved unit wrote on a ticket its new parent couldn't see: the words never came down when it could",
    20318: "an office wrote on a ticket that a move had taken from it, which gave it back there, and was never told",
    20327: "what a moved office lost from its scope just before, its new parent never told it",
    20402: "work named by a path of before an earlier move was given to a unit that never was",
    20542: "a denied move left work in the name of a unit that never was",
    20638: "a disk that was full while traces were cleaned up behind an erasure was told as an unforeseen fault",
    70009: "a root put back and replaced by the same keys again had a log of them that its children kept aside",
    70269: "a parent that came below its former child held to where it stood when it was the other way round",
    710033: "what a lost disk had alone was asked of those who had been given its header",
    750034: "what those above lost of a ticket that they had declined since, the office that had it kept to itself",
    750214: "an order to erase reached an office that lacked the ticket's beginning, and couldn't be judged there",
    750349: "a root put back took a path by a move that it had lost for below somebody else, who got the words",
    750350: "an office that states nothing of a log of its own was given it with each reply, without an end",
    770028: "who moved a unit that had been taken from him unheard gave it work by the path he named: nobody's work",
    780156: "what rested on an act that no disk had any more was to be listed beside its record, which was incomplete",
    780178: "what the copy of a revoked office had signed was its original's when that got it, whose clock was behind",
    780492: "an old request, come once more, had a parent receipt for its restored child what that no longer had",
    780593: "a root put back told who called too late a beginning, and wasn't given back what it had lost",
    780606: "an office died behind what it signed two years ahead, and its clock was put right before anybody looked",
    800004: "an office that didn't count yet sent its parent the same with each exchange, to be told that it lacked it",
}

KEPT: dict[int, str] = {
    10: "a unit whose assignment was overtaken was never told, and went on working on a ticket withdrawn",
    1011: "of two acts that took a ticket away together a moved office was told the one that it had",
    720090: "a root replaced anew by a paper of a replacement that didn't stand was nobody for its children",
}
