"""The ledger: everything between a town hall's file and a ``Market``.

``read`` and ``read_upload`` yield a ``Ledger`` or raise ``BadInput`` with every fault of the file.
"""

from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.domain.priority import Tie, TiesFound
from yakuba.nursery.ledger.ledger import ChildFacts, Ledger
from yakuba.nursery.ledger.read import read, read_upload

__all__ = ["BadInput", "ChildFacts", "Fault", "Ledger", "Tie", "TiesFound", "read", "read_upload"]
