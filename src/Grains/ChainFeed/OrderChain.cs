using SwarmCompute.Chain;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>One order as the chain told of it: folded from its final events, and from all events so far.</summary>
/// <param name="Final">Money, keys and leases act on this; null where no event is final.</param>
/// <param name="FinalSequence">The sequence of the last final event.</param>
/// <param name="Latest">What may still be undone is in this; null where there is no event at all.</param>
/// <param name="LatestSequence">The sequence of the last event.</param>
/// <param name="Stopped">Why nothing is done for the order; null where nothing is wrong.</param>
public sealed record OrderChain(OrderView? Final, uint FinalSequence, OrderView? Latest, uint LatestSequence, string? Stopped)
{
    /// <summary>Folds what an order was told.</summary>
    public static OrderChain Fold(OrderChainRecord told)
    {
        var final = Fold(told.Final);
        try
        {
            var latest = told.Tail.IsEmpty ? final : Fold([.. told.Final, .. told.Tail]);
            return new OrderChain(final, Last(told.Final), latest, told.Tail.IsEmpty ? Last(told.Final) : Last(told.Tail), told.Stopped);
        }
        catch (ChainException fault)
        {
            return new OrderChain(final, Last(told.Final), null, 0, told.Stopped ?? fault.Message);
        }
    }

    private static OrderView? Fold(ImmutableArray<OrderEventRecord> events) => OrderView.Fold(events.Select(e => e.ToEvent()));

    private static uint Last(ImmutableArray<OrderEventRecord> events) => events.IsEmpty ? 0 : events[^1].Sequence;
}
