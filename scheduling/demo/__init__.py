"""The demo library of DOMAIN.md §6: all fictional, the same rows for the same day and seed.

What is exact for the default 120 visits on 2026-11-23: how many stand in each state, in each month
(November parted at the day itself), with each programme, judged so and so, and answered by which
channel; further 8 efforts (3 go on, 3 change, 2 end with a lesson), 40 signals, 12 handovers,
6 boundary cases, 5 analyses, 9 training sessions, and the ten notes.

What cannot be exact, and why:

- Weekdays: a visit on the Sunday of the clock change is asked for, and the weekdays asked for have
  no Sunday. It takes the place of one of the two Saturdays: Saturday 1, Sunday 1, the rest as is.
- Two of a kind: the wish for another time of day counts as answered through the link (the state is
  "offered", the invitation "countered"), so "waiting or draft" are the seven and the three.
- A channel is counted once a visit. The draft with two groups has two invitations.
- The tenth note is about an effort outdoors. It stands on an outreach visit, one of the 120, and in
  the effort's own lesson. The third is about a visit to which nobody came: it has no judgement.
- All 96 past visits have their outcome. What is due for follow-up comes by itself: the week of
  "today" has one confirmed visit each on Monday to Thursday, which are over when the clock passes.

On another day everything is moved by whole weeks. What then meets a red day, an eve or a closed day
goes to the nearest open one on the same side of today, so months and weekdays differ a little; the
visits on a klämdag, on the Sunday of the clock change and in week 53 look for the nearest such day
(a year without week 53 has no such visit). More visits than 120 are spread around those: up to ten
years back and one and a half forward; fewer are an even choice of them.

Rows that are no visits (training, meetings, the planning hour, an absence) come on top.
Secrets apart (password hashes, fingerprints of links), two runs on empty databases are equal.
"""
