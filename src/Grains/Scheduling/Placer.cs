using System.Globalization;
using SwarmCompute.Grains.Nodes;

namespace SwarmCompute.Grains.Scheduling;

/// <summary>
/// Proposes nodes for slots: distinct nodes first (but none that has just lost the slot, where another will do), those with most free slots before others,
/// then by id. Of the rings that this allows, a faster one is taken where the nodes' measures tell (<see cref="SeatImprover"/>). Pure; nodes may refuse the
/// proposal.
/// </summary>
public static class Placer
{
    /// <summary>Places all slots asked for, or says of every node why it takes no more.</summary>
    public static Placement Place(Ask ask, ImmutableArray<NodeSnapshot> nodes)
    {
        ImmutableArray<NodeSnapshot> eligible = [.. nodes.Where(n => Refusal(ask, n) is null).OrderBy(n => n.Description.Id.Value, StringComparer.Ordinal)];
        var room = new SeatRoom(ask, eligible);
        var seats = room.SeatAll(room.Roomiest);
        if (seats.Count < ask.Slots.Length && !ask.Memory.IsEmpty)
        {
            room = new SeatRoom(ask, eligible);
            seats = room.SeatAll(room.Tightest);                             // keeps the widest rooms for what needs them
        }
        if (seats.Count < ask.Slots.Length) return new Placement.Nowhere(ask.Slots.Length - seats.Count, Explain(ask, nodes));
        new SeatImprover(ask, room, new RingCost(ask, nodes)).Improve(seats);
        return new Placement.On([.. seats.OrderBy(s => s.Slot)]);
    }

    private static ImmutableArray<WhyNot> Explain(Ask ask, ImmutableArray<NodeSnapshot> nodes) =>
        [.. nodes.OrderBy(n => n.Description.Id.Value, StringComparer.Ordinal).Select(n => new WhyNot(n.Description.Id, Refusal(ask, n) ?? Rest(ask, n)))];

    private static string? Refusal(Ask ask, NodeSnapshot node)
    {
        if (node.Status is not NodeStatus.Ready) return node.Why is { } why ? $"{node.Status} ({why})" : node.Status.ToString();
        if (ask.Refused.TryGetValue(node.Description.Id, out var refused)) return refused;
        if (node.Silence > NodeRules.SilenceBeforeLease) return string.Create(CultureInfo.InvariantCulture, $"silent for {node.Silence.TotalSeconds:F0} s");
        if (!node.Description.Tee.Intersect(ask.Tee).Any()) return $"no TEE of {string.Join(", ", ask.Tee)}";
        if (node.Free == 0) return Slots(node);
        return ask.Slots.Min(ask.MemoryOf) > node.FreeMemory ? Memory(ask, node) : null;
    }

    private static string Rest(Ask ask, NodeSnapshot node) => ask.Memory.IsEmpty ? Slots(node) : $"{Slots(node)}, {Memory(ask, node)}";

    private static string Slots(NodeSnapshot node) => string.Create(CultureInfo.InvariantCulture, $"{node.Free} of {node.Description.Slots} slots free");

    private static string Memory(Ask ask, NodeSnapshot node) => node.FreeMemory == long.MaxValue
        ? "memory without a bound"
        : $"{ByteText.Of(node.FreeMemory)} of memory free, stages need {ByteText.Of(ask.Slots.Min(ask.MemoryOf))} to {ByteText.Of(ask.Slots.Max(ask.MemoryOf))}";
}
