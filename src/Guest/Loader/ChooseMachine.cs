using SwarmCompute.Guest.Collection;
using SwarmCompute.Guest.Collection.Nvidia;

namespace SwarmCompute.Guest.Loader;

/// <summary>Between steps 2 and 3: the guest looks what hardware stands behind it, and takes it where the manifest allows it.</summary>
internal static class ChooseMachine
{
    /// <summary>Chooses.</summary>
    /// <param name="manifest">Names the types of hardware that are allowed.</param>
    /// <param name="measurement">What the program says of itself, where nothing measures it.</param>
    /// <param name="files">The kernel's interface.</param>
    /// <param name="openNvml">Opens a session with NVIDIA's driver; null where there is none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The manifest allows nothing that this machine has.</exception>
    public static async Task<Machine> Run(
        Manifest manifest, Hash32 measurement, ITsmFiles files, Func<INvml?> openNvml, TimeProvider time, CancellationToken cancel)
    {
        var choice = await CollectorChoice.Make(files, TsmLimits.Default, time, cancel);
        if (choice is CollectorChoice.Hardware { Collector: var collector } && manifest.Tee.Contains(collector.Type))
            return new Machine(collector, new GpuCollector(openNvml, time));
        if (manifest.Tee.Contains(Manifest.Development)) return new Machine(new DevelopmentCollector(measurement), null);
        var allowed = string.Join(", ", manifest.Tee);
        var refusal = choice is CollectorChoice.Hardware other ? $"The manifest is refused: it allows {allowed}, and this machine is of type {other.Collector.Type}."
            : $"The manifest is refused: it allows {allowed}. {((CollectorChoice.None)choice).Why}";
        throw new GuestException(refusal);
    }
}
