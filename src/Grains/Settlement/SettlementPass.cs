using System.Collections.Frozen;
using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Settlement;

/// <summary>One pass over an outbox: reads the chain, sends what is missing, in order. Touches no state; may be run twice.</summary>
internal sealed class SettlementPass(IChainReader reader, IChainWriter writer, OrderId order)
{
    /// <summary>What the contract says to a call that will be right later.</summary>
    private static readonly FrozenSet<string> TooEarly = FrozenSet.ToFrozenSet(["DisputeWindowOpen", "OpenSubOrders", "NotYetEnded"]);

    private OrderView? _finalized;
    private OrderView? _latest;

    public async Task<PassResult> Run(ImmutableArray<SettlementIntent> open, CancellationToken cancel)
    {
        var done = ImmutableArray.CreateBuilder<string>();
        var current = open[0];
        try
        {
            _finalized = await reader.Read(order, finalized: true, cancel);
            _latest = await reader.Read(order, finalized: false, cancel);
            foreach (var intent in open)
            {
                current = intent;
                var judgement = SettlementRules.Judge(intent, _finalized, _latest);
                if (judgement is Judgement.Early && intent is SettlementIntent.Checkpoint) continue;     // nothing waits for a count
                if (judgement is Judgement.Early) break;
                if (judgement is Judgement.Done) done.Add(intent.Key);
                if (judgement is Judgement.Send && !await Send(intent, cancel)) done.Add(intent.Key);
            }
            return new PassResult(done.ToImmutable(), null, null);
        }
        catch (ChainException fault) when (fault.Kind == ChainErrorKind.Reverted && TooEarly.Contains(fault.ErrorName!))
        {
            return new PassResult(done.ToImmutable(), null, null);           // not a failure: its time comes
        }
        catch (ChainException fault)
        {
            return new PassResult(done.ToImmutable(), current.Key, $"{current.Key}: {fault.Message}");
        }
    }

    /// <returns>False where the contract does not take it and never will.</returns>
    private async Task<bool> Send(SettlementIntent intent, CancellationToken cancel)
    {
        try
        {
            await Transact(intent, cancel);
        }
        catch (ChainException refusal) when (intent is SettlementIntent.Checkpoint && refusal.Kind == ChainErrorKind.Reverted)
        {
            return false;                                                    // a later count or the report says more; leases must not wait for this one
        }
        _latest = await reader.Read(order, finalized: false, cancel);        // what comes next may need what was just sent
        return true;
    }

    private async Task Transact(SettlementIntent intent, CancellationToken cancel)
    {
        await (intent switch
        {
            SettlementIntent.AssignLease a => writer.AssignLease(a.Lease, a.Epoch, a.Offer, a.Measurement, new P256Point(a.KeyX, a.KeyY),
                new P256Point(a.AuthorityX, a.AuthorityY), P256Signature.FromFixed(a.Signature), cancel),
            SettlementIntent.Checkpoint { Usage: var u } => writer.Checkpoint(order, u.Epoch, (ulong)u.Units, new P256Point(u.KeyX, u.KeyY),
                P256Signature.FromFixed(u.Signature), cancel),
            SettlementIntent.SubmitReport r => writer.SubmitReport(order, r.Epoch, r.ReportHash, r.Units, new P256Point(r.KeyX, r.KeyY),
                P256Signature.FromFixed(r.Signature), cancel),
            SettlementIntent.Settle => writer.Settle(order, cancel),
            SettlementIntent.Expire => writer.Expire(order, cancel),
            _ => throw new NotSupportedException($"{intent.GetType().Name} is no intent that this version knows."),
        });
    }
}
