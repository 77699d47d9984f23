namespace SwarmCompute.Grains.Interfaces;

/// <summary>One manifest, addressed by the SHA-256 of its canonical bytes. Keyed by that hash as 64 lower-case hexadecimal digits.</summary>
[Alias("swarm.IManifestGrain")]
public interface IManifestGrain : IGrainWithStringKey
{
    /// <summary>Gives the manifest to the swarm. Only a valid one, in canonical form, of this hash is taken.</summary>
    [Alias("Put"), ResponseTimeout("00:00:03")]
    Task<ManifestDecision> Put(byte[] canonicalBytes, CancellationToken cancel);

    /// <summary>The canonical bytes; null where the swarm does not have them.</summary>
    [Alias("Read"), ResponseTimeout("00:00:03")]
    Task<byte[]?> Read(CancellationToken cancel);
}
