using SwarmCompute.Guest.Collection;
using SwarmCompute.Guest.Collection.Nvidia;

namespace SwarmCompute.Guest.Loader;

/// <summary>What a guest's evidence comes from.</summary>
/// <param name="Collector">The processor, or what stands in its place.</param>
/// <param name="Gpus">Its GPUs; null where no hardware could bind what they say.</param>
internal sealed record Machine(IEvidenceCollector Collector, GpuCollector? Gpus);
