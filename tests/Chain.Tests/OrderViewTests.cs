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
        Histories.Any.Select(history => OrderView.Fold(history)!).Where(view => view.IsOver)
            .Sample(view => Assert.Equal(view.Deposit, view.Paid + view.Refunded + view.Drawn));

    [Fact]
    public void An_order_that_is_over_never_moves_again() =>
        Histories.Any.Where(h => OrderView.Fold(h)!.IsOver).Sample(history =>
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
    public void A_settlement_that_pays_one_wei_more_or_less_is_refused() =>
        Histories.Any.Where(h => h[^1] is OrderEvent.OrderSettled && h[^2] is not OrderEvent.OrderDisputed && !h.Any(e => e is OrderEvent.OrderDisputed)).Sample(history =>
        {
            var last = (OrderEvent.OrderSettled)history[^1];
            Impossible([.. history[..^1], last with { Paid = last.Paid + new Wei(1), Refunded = last.Refunded - new Wei(1) }]);
            if (last.Paid > Wei.Zero) Impossible([.. history[..^1], last with { Paid = last.Paid - new Wei(1), Refunded = last.Refunded + new Wei(1) }]);
            Impossible([.. history[..^1], last with { Refunded = last.Refunded + new Wei(1) }]);
        });

    [Fact]
    public void After_a_dispute_no_more_is_paid_than_without_one() =>
        Histories.Any.Where(h => h.Any(e => e is OrderEvent.OrderDisputed)).Sample(history =>
        {
            var last = (OrderEvent.OrderSettled)history[^1];
            var due = OrderView.Fold(history[..^1])!.Due();
            Impossible([.. history[..^1], last with { Paid = due + new Wei(1), Refunded = last.Paid + last.Refunded - due - new Wei(1) }]);
        });

    [Fact]
    public void A_replaced_lease_is_paid_exactly_what_it_earned() =>
        Histories.Any.Where(h => h.Any(e => e is OrderEvent.LeasePaid)).Sample(history =>
        {
            var at = Array.FindIndex(history, e => e is OrderEvent.LeasePaid);
            var paid = (OrderEvent.LeasePaid)history[at];
            Impossible([.. history[..at], paid with { Amount = paid.Amount + new Wei(1) }]);
            Impossible([.. history[..at], paid with { Epoch = paid.Epoch.Next() }]);
            Impossible([.. history[..at], history[at + 1] with { Sequence = paid.Sequence }]);
        });

    [Fact]
    public void Units_that_fall_or_stand_still_are_refused_in_a_checkpoint() =>
        Histories.Any.Where(h => h.Any(e => e is OrderEvent.UsageCheckpoint)).Sample(history =>
        {
            var at = Array.FindIndex(history, e => e is OrderEvent.UsageCheckpoint);
            var counted = (OrderEvent.UsageCheckpoint)history[at];
            Impossible([.. history[..at], counted with { Total = OrderView.Fold(history[..at])!.Units }]);
            Impossible([.. history[..at], counted with { Total = counted.Total + 1 }]);
        });

    [Fact]
    public void A_sub_order_returns_no_more_than_it_got() =>
        Histories.Any.Where(h => h.Any(e => e is OrderEvent.SubOrderEnded)).Sample(history =>
        {
            var at = Array.FindIndex(history, e => e is OrderEvent.SubOrderEnded);
            var ended = (OrderEvent.SubOrderEnded)history[at];
            var deposit = history.OfType<OrderEvent.SubOrderPlaced>().Single(e => e.SubOrder == ended.SubOrder).Deposit;
            Impossible([.. history[..at], ended with { Returned = deposit + new Wei(1) }]);
            Impossible([.. history[..at], ended with { SubOrder = new OrderId(1) }]);
        });

    [Fact]
    public void An_epoch_that_falls_is_refused() =>
        Histories.Any.Where(h => h.Any(e => e is OrderEvent.LeaseAssigned)).Sample(history =>
        {
            var at = Array.FindLastIndex(history, e => e is OrderEvent.LeaseAssigned);
            Impossible([.. history[..at], (OrderEvent.LeaseAssigned)history[at] with { Epoch = LeaseEpoch.None }]);
        });

    private static void Impossible(IEnumerable<OrderEvent> events)
    {
        var refusal = Assert.Throws<ChainException>(() => OrderView.Fold(events));
        Assert.Equal(ChainErrorKind.Inconsistent, refusal.Kind);
        Assert.Contains("of order 7 in block", refusal.Message, StringComparison.Ordinal);
    }
}
