"""Applications (利用申込) from files and back: reading with column mapping, checks, export, keyed ledger.

``read`` and ``read_upload`` yield a ``Reading`` or raise ``BadInput`` with every fault, each with a code.
"""

from yakuba.nursery.applications.mapping import ColumnMapping, propose
from yakuba.nursery.applications.notes import CodedFault
from yakuba.nursery.applications.read import Reading, read, read_upload
from yakuba.nursery.applications.rules import Rules
from yakuba.nursery.domain.market import BadInput

__all__ = ["BadInput", "CodedFault", "ColumnMapping", "Reading", "Rules", "propose", "read", "read_upload"]
