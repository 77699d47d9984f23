namespace SwarmCompute.Guest.Collection;

/// <summary>Whether hardware stands behind this guest, and who collects its evidence.</summary>
internal abstract record CollectorChoice
{
    private const int ShownMax = 64;

    private CollectorChoice() { }

    /// <summary>Looks what this machine has.</summary>
    /// <param name="files">The kernel's interface.</param>
    /// <param name="limits">How long, and how often the kernel is asked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GuestException">There is a driver, and it cannot be asked: that is no reason to go on as if there were none.</exception>
    public static async Task<CollectorChoice> Make(ITsmFiles files, TsmLimits limits, TimeProvider time, CancellationToken cancel)
    {
        if (!files.IsPresent) return new None("No hardware stands behind this guest: the kernel has no interface for evidence (configfs-tsm, Linux 6.7 or later).");
        var worker = new TsmWorker(files, limits, time);
        try
        {
            var provider = await worker.Run((entry, _) => entry.Text("provider"), cancel);
            return TsmCollector.TypeOf(provider) is null
                ? new None($"No hardware that is known here stands behind this guest: its driver is '{Shown(provider)}', not tdx_guest, sev_guest or arm_cca_guest.")
                : new Hardware(new TsmCollector(worker, provider));
        }
        catch (TsmException fault) when (fault.Fault == TsmFault.NoDriver)
        {
            return new None("No hardware stands behind this guest: the kernel has no driver of a TEE loaded (tdx_guest, sev_guest or arm_cca_guest).");
        }
        catch (TsmException fault)
        {
            var cure = fault.Fault == TsmFault.Denied ? "; only root may" : "";
            throw new GuestException($"The kernel's interface for evidence cannot be used: {fault.Message}{cure}.", fault);
        }
    }

    private static string Shown(string text) => new([.. text.Take(ShownMax).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '?')]);

    /// <summary>There is hardware.</summary>
    /// <param name="Collector">Collects its evidence.</param>
    public sealed record Hardware(IEvidenceCollector Collector) : CollectorChoice;

    /// <summary>There is none.</summary>
    /// <param name="Why">In one line.</param>
    public sealed record None(string Why) : CollectorChoice;
}
