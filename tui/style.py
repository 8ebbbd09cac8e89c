"""How it looks: no box lines but around dialogs, since consoles disagree on their width."""

CSS = """
Screen { layout: vertical; }
.bar { height: 1; background: $primary; color: $text; text-style: bold; }
.bar.-pending { background: $warning; color: $text; }
.strip { height: 1; color: $text-muted; padding: 0 1; }
.fault { height: 2; color: $text-error; padding: 0 1; }
.body { height: 1fr; }
#views { width: 17; height: 1fr; border: none; padding: 0; background: $panel; }
#verbs { width: 18; height: 1fr; border: none; padding: 0; background: $panel; }
#preview { width: 45%; background: $panel; display: none; }
.-wide #preview { display: block; }
Input { border: none; height: 1; padding: 0 1; background: $surface-lighten-1; }
Input:focus { border: none; background: $primary-background; }
TextArea { border: none; height: 4; padding: 0 1; background: $surface-lighten-1; }
TextArea:focus { border: none; background: $primary-background; }
OptionList, OptionList:focus { border: none; scrollbar-size-vertical: 1; }
.row { height: auto; }
.name { width: 18; height: 1; padding: 0 1; color: $text-muted; }
.row.-required .name { color: $text; text-style: bold; }
.row Input, .row TextArea, .row Choice { width: 1fr; }
#filter { display: none; }
#filter.-shown { display: block; }
ModalScreen { align: center middle; }
.dialog { width: 60; max-width: 100%; height: auto; max-height: 100%; border: solid $primary; padding: 0 1;
          background: $surface; }
QiaoApp.-ascii .dialog { border: ascii $primary; }
.dialog OptionList { height: auto; max-height: 14; }
.small { width: 100%; height: 100%; content-align: center middle; text-style: bold; }
#login { width: 44; height: auto; }
LoginScreen .stage { align: center middle; height: 1fr; }
Toast { border: none; padding: 0 1; width: 60; max-width: 100%; }
Footer { background: $panel; }
"""
