namespace SwarmCompute.Grains.Manifests;

/// <summary>Keeps one manifest under its hash.</summary>
internal sealed class ManifestGrain(
    [PersistentState("manifest", SwarmGrainsHosting.StorageName)] IPersistentState<ManifestState> state) : Grain, IManifestGrain
{
    public async Task<ManifestDecision> Put(byte[] canonicalBytes, CancellationToken cancel)
    {
        if (ManifestRules.Refusal(Hash32.Parse(this.GetPrimaryKeyString()), canonicalBytes) is { } refusal) return new ManifestDecision.Refused(refusal);
        if (state.State.CanonicalBytes is not null) return new ManifestDecision.Unchanged();
        await this.Save(state, new ManifestState { CanonicalBytes = canonicalBytes }, cancel);
        return new ManifestDecision.Stored();
    }

    public Task<byte[]?> Read(CancellationToken cancel) => Task.FromResult(state.State.CanonicalBytes);
}
