using SwarmCompute.Grains.Manifests;
using SwarmCompute.Grains.Tests.Cluster;

namespace SwarmCompute.Grains.Tests.Manifests;

public sealed class ManifestRulesTests
{
    [Fact]
    public void Only_the_canonical_manifest_of_the_hash_is_taken()
    {
        using var forge = new GuestForge();
        var bytes = forge.Manifest(3).ToCanonicalBytes();
        Assert.Null(ManifestRules.Refusal(Hash32.Sha256(bytes), bytes));
        Assert.Contains("not", ManifestRules.Refusal(default, bytes), StringComparison.Ordinal);
        byte[] spaced = [.. bytes, (byte)' '];
        Assert.NotNull(ManifestRules.Refusal(Hash32.Sha256(spaced), spaced));
        Assert.NotNull(ManifestRules.Refusal(Hash32.Sha256("{}"u8), "{}"u8.ToArray()));
        var huge = new byte[ManifestLimits.BytesMax + 1];
        Assert.Contains("at most", ManifestRules.Refusal(Hash32.Sha256(huge), huge), StringComparison.Ordinal);
    }
}
