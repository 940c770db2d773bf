"""The vaccination planner: few visits, every dose in its window, and why each lies where it lies.

``plan.plan`` and ``plan.replan`` are the entrances. The engine says which doses are left and what each waits
for (``course``); a plan is an assignment of doses to visits (``search``), whose earliest days follow from it
(``schedule``); the engine then judges every planned dose as if it had been given.
"""
