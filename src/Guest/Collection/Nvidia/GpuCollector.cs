using System.Collections.Immutable;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection.Nvidia;

/// <summary>
/// Collects the evidence of the guest's NVIDIA GPUs through their driver. A GPU's report knows only its nonce: bind what comes out into the
/// report data of the guest's own evidence.
/// </summary>
/// <param name="open">Opens a session with the driver; null where there is none.</param>
/// <param name="time">The clock.</param>
internal sealed class GpuCollector(Func<INvml?> open, TimeProvider time)
{
    /// <summary>The time for all GPUs together; one takes about a second.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    /// <summary>Collects the evidence of all GPUs. GPUs outside of a confidential mode have none to give: they are counted, and not asked.</summary>
    /// <param name="nonceOf">The nonce for each GPU by its place (<see cref="GpuNonce"/>); called from another thread.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GuestException">A GPU, or the driver, gives none, or takes too long.</exception>
    public Task<CollectedGpus> Collect(Func<int, Hash32> nonceOf, CancellationToken cancel) =>
        Ask((nvml, stop) => All(nvml, nonceOf, stop), cancel);

    /// <summary>What the driver says, without asking the GPUs.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GuestException">The driver does not say it, or takes too long.</exception>
    public Task<CollectedGpus> Look(CancellationToken cancel) =>
        Ask((nvml, _) => Counted(nvml) is > 0 and var count ? new CollectedGpus(nvml.State(), count, []) : CollectedGpus.None, cancel);

    private static CollectedGpus All(INvml nvml, Func<int, Hash32> nonceOf, CancellationToken cancel)
    {
        var count = Counted(nvml);
        if (count == 0) return CollectedGpus.None;
        var state = nvml.State();
        var gpus = ImmutableArray.CreateBuilder<CollectedGpu>();
        for (var i = 0; i < count && state.ConfidentialComputing; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var uuid = nvml.Uuid(i);
            try
            {
                gpus.Add(new CollectedGpu(uuid, new DeviceEvidence(nvml.Report(i, nonceOf(i)), nvml.Chain(i))));
            }
            catch (GuestException fault)
            {
                throw new GuestException($"GPU {i} ({GuestLog.OneLine(uuid)}) gives no evidence: {fault.Message}", fault);
            }
        }
        return new CollectedGpus(state, count, gpus.ToImmutable());
    }

    private static int Counted(INvml nvml)
    {
        var count = nvml.Count();
        return count is >= 0 and <= DeviceEvidence.CountMax
            ? count
            : throw new GuestException($"NVIDIA's driver speaks of {count} GPUs; evidence of at most {DeviceEvidence.CountMax} is collected.");
    }

    private async Task<CollectedGpus> Ask(Func<INvml, CancellationToken, CollectedGpus> question, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(Within, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        var token = stop.Token;
        try
        {
            // Nobody can cancel a call of the driver: whoever gives up leaves it to its thread, which ends the session.
            return await Task.Run(() => Session(question, token), CancellationToken.None).WaitAsync(token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new GuestException($"NVIDIA's driver gives no answer within {Within.TotalSeconds:0} s.");
        }
    }

    private CollectedGpus Session(Func<INvml, CancellationToken, CollectedGpus> question, CancellationToken cancel)
    {
        using var nvml = open();
        return nvml is null ? CollectedGpus.None : question(nvml, cancel);
    }
}
