namespace SwarmCompute;

/// <summary>The bounds of a manifest, in one place.</summary>
public static class ManifestLimits
{
    /// <summary>The most bytes that a manifest has.</summary>
    public const int BytesMax = 64 * 1024;

    /// <summary>The most stages, which is the most slots of an order.</summary>
    public const int StagesMax = LeaseId.SlotsMax;

    /// <summary>The fewest tokens of context that a session may ask for.</summary>
    public const int ContextTokensMin = 16;

    /// <summary>The most tokens of context that a session may ask for.</summary>
    public const int ContextTokensMax = 1 << 20;

    /// <summary>The most threads that a stage may ask for.</summary>
    public const int ThreadsMax = 256;

    /// <summary>The most TEE types that a manifest may name.</summary>
    public const int TeeTypesMax = 8;

    /// <summary>The most sessions that a pipeline holds open at once.</summary>
    public const int SessionsMax = 250;

    /// <summary>The most layers of a stage.</summary>
    public const int LayersMax = 1024;

    /// <summary>The most bytes that a stage may ask its server for.</summary>
    public const long MemoryBytesMax = 1L << 48;

    /// <summary>The most keys that a manifest may name.</summary>
    public const int ApiKeysMax = 200;
}
