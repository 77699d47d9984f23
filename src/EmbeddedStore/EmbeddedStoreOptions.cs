namespace SwarmCompute;

/// <summary>Where an embedded store lives.</summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>The folder that holds the append-only file, its checkpoints and the password. Made when missing; one store at a time.</summary>
    public required string Directory { get; init; }

    /// <summary>The loopback port to serve on, 1 to 65535; 0, the default, takes a free one.</summary>
    public int Port { get; init; }
}
