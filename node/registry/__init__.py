"""Operations on the registry (登记册, protocol 3.4, 3.8): who may write, where units stand, who holds their work."""
