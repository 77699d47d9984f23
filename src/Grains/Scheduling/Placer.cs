using System.Globalization;
using SwarmCompute.Grains.Nodes;

namespace SwarmCompute.Grains.Scheduling;

/// <summary>Proposes nodes for slots: distinct nodes first (but none that has just lost the slot, where another will do), those with most free slots before others, then by id. Pure; nodes may refuse the proposal.</summary>
public static class Placer
{
    /// <summary>Places all slots asked for, or says of every node why it takes no more.</summary>
    public static Placement Place(Ask ask, ImmutableArray<NodeSnapshot> nodes)
    {
        var free = nodes.Where(n => Refusal(ask, n) is null).ToDictionary(n => n.Description.Id, n => n.Free);
        var used = nodes.ToDictionary(n => n.Description.Id, n => ask.Used.Count(u => u == n.Description.Id));
        var seats = ImmutableArray.CreateBuilder<Seat>(ask.Slots.Length);
        foreach (var slot in ask.Slots.Order())
        {
            var best = nodes.Where(n => free.GetValueOrDefault(n.Description.Id) > 0)
                .OrderBy(n => ask.Suspects.Contains(n.Description.Id)).ThenBy(n => used[n.Description.Id]).ThenByDescending(n => free[n.Description.Id]).ThenBy(n => n.Description.Id.Value, StringComparer.Ordinal)
                .FirstOrDefault();
            if (best is null) return new Placement.Nowhere(ask.Slots.Length - seats.Count, Explain(ask, nodes));
            free[best.Description.Id]--;
            used[best.Description.Id]++;
            seats.Add(new Seat(slot, best));
        }
        return new Placement.On(seats.ToImmutable());
    }

    private static ImmutableArray<WhyNot> Explain(Ask ask, ImmutableArray<NodeSnapshot> nodes) =>
        [.. nodes.OrderBy(n => n.Description.Id.Value, StringComparer.Ordinal).Select(n => new WhyNot(n.Description.Id, Refusal(ask, n) ?? Slots(n)))];

    private static string? Refusal(Ask ask, NodeSnapshot node)
    {
        if (node.Status is not NodeStatus.Ready) return node.Why is { } why ? $"{node.Status} ({why})" : node.Status.ToString();
        if (ask.Refused.TryGetValue(node.Description.Id, out var refused)) return refused;
        if (node.Silence > NodeRules.SilenceBeforeLease) return string.Create(CultureInfo.InvariantCulture, $"silent for {node.Silence.TotalSeconds:F0} s");
        if (!node.Description.Tee.Intersect(ask.Tee).Any()) return $"no TEE of {string.Join(", ", ask.Tee)}";
        return node.Free > 0 ? null : Slots(node);
    }

    private static string Slots(NodeSnapshot node) => string.Create(CultureInfo.InvariantCulture, $"{node.Free} of {node.Description.Slots} slots free");
}
