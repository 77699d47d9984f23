using CsCheck;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>The fold of an order's events: its laws, and what it refuses.</summary>
public sealed class OrderViewTests
{
    [Fact]
    public void Repeated_and_late_delivery_gives_the_same_view() =>
        Histories.Any.Select(Gen.Int[0, 1_000_000]).Sample((history, seed) =>
        {
            var delivered = history.Concat(history.Where((_, i) => i % 3 == seed % 3)).ToArray();
            new Random(seed).Shuffle(delivered);
            OrderViews.Equal(OrderView.Fold(history)!, OrderView.Fold(delivered)!);
        });

    [Fact]
    public void Every_beginning_of_a_history_folds() =>
        Histories.Any.Sample(history =>
        {
            for (var length = 1; length <= history.Length; length++) Assert.NotNull(OrderView.Fold(history.Take(length)));
        });

    [Fact]
    public void A_missing_event_is_noticed() =>
        Histories.Any.Where(h => h.Length > 1).Select(Gen.Int[0, 1_000]).Sample((history, at) =>
        {
            var missing = at % (history.Length - 1);
            Impossible(history.Where((_, i) => i != missing));
        });

    [Fact]
    public void An_ended_order_has_paid_out_its_deposit() =>
        Histories.Any.Select(history => OrderView.Fold(history)!).Where(view => view.Status >= OrderStatus.Completed)
            .Sample(view => Assert.Equal(view.Deposit, view.Paid + view.Refunded));

    [Fact]
    public void An_order_that_is_over_never_moves_again() =>
        Histories.Any.Where(h => OrderView.Fold(h)!.Status >= OrderStatus.Completed).Sample(history =>
        {
            var last = history[^1];
            Impossible(history.Append(last with { LogIndex = last.LogIndex + 1, Sequence = last.Sequence + 1 }));
        });

    [Fact]
    public void No_event_is_no_order() => Assert.Null(OrderView.Fold([]));

    [Fact]
    public void One_log_in_two_versions_is_refused() =>
        Histories.Any.Sample(history => Impossible(history.Append(history[^1] with { Transaction = Hash32.Sha256("other"u8) })));

    [Fact]
    public void A_payment_that_does_not_add_up_is_refused() =>
        Histories.Any.Where(h => h[^1] is OrderEvent.OrderSettled).Sample(history =>
            Impossible([.. history[..^1], (OrderEvent.OrderSettled)history[^1] with { Paid = new Wei(101) }]));

    [Fact]
    public void An_epoch_that_falls_is_refused() =>
        Histories.Any.Where(h => h[^1] is OrderEvent.LeaseAssigned).Sample(history =>
            Impossible([.. history[..^1], (OrderEvent.LeaseAssigned)history[^1] with { Epoch = LeaseEpoch.None }]));

    private static void Impossible(IEnumerable<OrderEvent> events)
    {
        var refusal = Assert.Throws<ChainException>(() => OrderView.Fold(events));
        Assert.Equal(ChainErrorKind.Inconsistent, refusal.Kind);
        Assert.Contains("of order 7 in block", refusal.Message, StringComparison.Ordinal);
    }
}
