namespace SwarmCompute.Grains.Interfaces;

/// <summary>Who serves which stage. The generation rises whenever any slot's epoch, endpoint or certificate changes.</summary>
/// <param name="Generation">From 1.</param>
/// <param name="Stages">One for each slot, by slot.</param>
/// <param name="Standbys">Attested standbys, by slot, of later epochs than the stages; default for none.</param>
/// <param name="Revision">Rises whenever a standby changes while the stages do not; from 0 in each generation.</param>
[GenerateSerializer, Immutable, Alias("swarm.PipelineMap")]
public sealed record PipelineMap(
    [property: Id(0)] long Generation, [property: Id(1)] ImmutableArray<PipelineMapStage> Stages,
    [property: Id(2)] ImmutableArray<PipelineMapStage> Standbys = default, [property: Id(3)] long Revision = 0)
{
    /// <summary>Whether this map takes the place of the other.</summary>
    public bool IsNewerThan(PipelineMap? other) => other is null || (Generation, Revision).CompareTo((other.Generation, other.Revision)) > 0;

    /// <summary>The standby of a slot; null where it has none.</summary>
    public PipelineMapStage? StandbyOf(int slot) => Standbys.IsDefault ? null : Standbys.FirstOrDefault(s => s.Slot == slot);
}
