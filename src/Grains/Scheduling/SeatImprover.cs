namespace SwarmCompute.Grains.Scheduling;

/// <summary>
/// Makes a proposed ring faster by local search: one seat's node for another one, or two seats' nodes for each other's, as long as a token gains a good
/// part of its time. No node is preferred that has lost the slot, or that holds more of the order's slots than the one it takes the place of.
/// </summary>
internal sealed class SeatImprover(Ask ask, SeatRoom room, RingCost cost)
{
    /// <summary>Nodes that are tried, the roomiest of the swarm.</summary>
    private const int CandidatesMax = 256;

    private const int RoundsMax = 64;

    /// <summary>Less is not worth a choice: measures are not exact.</summary>
    private const double GainPart = 0.05, GainMilliseconds = 0.5;

    private double _least;

    public void Improve(List<Seat> seats)
    {
        ImmutableArray<NodeSnapshot> candidates = [.. room.ByWorth().Take(CandidatesMax)];
        for (var round = 0; round < RoundsMax; round++)
        {
            var now = cost.Of(seats);
            _least = now - Math.Max(GainMilliseconds, GainPart * now);
            var replaced = BestReplacement(seats, candidates);
            if (BestExchange(seats) is var (one, other)) Exchange(seats, one, other);
            else if (replaced is var (seat, node)) Replace(seats, seat, node);
            else return;
        }
    }

    private (int Seat, NodeSnapshot Node)? BestReplacement(List<Seat> seats, ImmutableArray<NodeSnapshot> candidates)
    {
        (int, NodeSnapshot)? best = null;
        for (var at = 0; at < seats.Count; at++)
        {
            var seat = seats[at];
            room.Give(seat.Node, seat.Slot);
            foreach (var node in candidates)
            {
                if (!room.Fits(node, seat.Slot) || room.Used(node) > room.Used(seat.Node) || (room.IsSuspect(node) && !room.IsSuspect(seat.Node))) continue;
                seats[at] = new Seat(seat.Slot, node);
                if (cost.Of(seats) is var found && found < _least) (_least, best) = (found, (at, node));
            }
            seats[at] = seat;
            room.Take(seat.Node, seat.Slot);
        }
        return best;
    }

    /// <summary>Better than the best replacement, too; null where none is.</summary>
    private (int One, int Other)? BestExchange(List<Seat> seats)
    {
        (int, int)? best = null;
        for (var one = 0; one < seats.Count; one++)
            for (var other = one + 1; other < seats.Count; other++)
            {
                if (!MayExchange(seats[one], seats[other])) continue;
                Exchange(seats, one, other);
                if (cost.Of(seats) is var found && found < _least) (_least, best) = (found, (one, other));
                Exchange(seats, one, other);
            }
        return best;
    }

    private bool MayExchange(Seat one, Seat other)
    {
        if (ask.MemoryOf(one.Slot) == ask.MemoryOf(other.Slot)) return true;
        room.Give(one.Node, one.Slot);
        room.Give(other.Node, other.Slot);
        var fits = room.Fits(one.Node, other.Slot) && room.Fits(other.Node, one.Slot);
        room.Take(one.Node, one.Slot);
        room.Take(other.Node, other.Slot);
        return fits;
    }

    private void Exchange(List<Seat> seats, int one, int other)
    {
        var (first, second) = (seats[one], seats[other]);
        Replace(seats, one, second.Node);
        Replace(seats, other, first.Node);
    }

    private void Replace(List<Seat> seats, int at, NodeSnapshot node)
    {
        var seat = seats[at];
        room.Give(seat.Node, seat.Slot);
        room.Take(node, seat.Slot);
        seats[at] = new Seat(seat.Slot, node);
    }
}
