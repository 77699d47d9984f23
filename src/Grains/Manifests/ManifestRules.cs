namespace SwarmCompute.Grains.Manifests;

/// <summary>Which bytes are the manifest of a hash. Pure.</summary>
internal static class ManifestRules
{
    /// <summary>Why these bytes are not the manifest of this hash; null where they are.</summary>
    public static string? Refusal(Hash32 hash, byte[] bytes)
    {
        if (bytes.Length > ManifestLimits.BytesMax) return $"The manifest has {bytes.Length} bytes; at most {ManifestLimits.BytesMax} are taken.";
        var actual = Hash32.Sha256(bytes);
        if (actual != hash) return $"The bytes given have the hash {actual}, not {hash}.";
        try
        {
            return Manifest.Parse(bytes).Hash == hash ? null : "The manifest is not in its canonical form; give RFC 8785 JSON.";
        }
        catch (ManifestException fault)
        {
            return fault.Message;
        }
    }
}
