namespace SwarmCompute.Attestation;

/// <summary>A policy, read again when its file changes: that is how a measurement is revoked while the process runs.</summary>
public sealed class PolicyFile : IAsyncDisposable
{
    /// <summary>How often the file is looked at.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly WatchedFile<AttestationPolicy> _file;

    private PolicyFile(WatchedFile<AttestationPolicy> file) => _file = file;

    /// <summary>The policy as of now.</summary>
    public AttestationPolicy Current => _file.Current;

    /// <summary>Reads the file, and begins to watch it. One that is being written, or is wrong, changes nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Told in one line what became of a change; must not throw.</param>
    /// <param name="changed">Called with each new policy, one at a time; null: nobody is.</param>
    /// <exception cref="FormatException">It is no policy; the message is one line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PolicyFile Open(string path, TimeProvider time, Action<string> tell, Func<AttestationPolicy, CancellationToken, Task>? changed = null) => new(new(
        () => [FileText.Read(path, AttestationPolicy.BytesMax)],
        text => AttestationPolicy.Parse(text[0].Bytes),
        async (policy, cancel) =>
        {
            tell($"policy {policy.Hash} from now on");
            if (changed is not null) await changed(policy, cancel);
        },
        fault => tell($"{path} has changed and cannot be used; the policy before it holds on: {fault}"),
        time));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
