namespace SwarmCompute.Attestation;

/// <summary>A policy, read again when its file changes: that is how a measurement is revoked while the process runs.</summary>
public sealed class PolicyFile : IAsyncDisposable
{
    /// <summary>How often the file is looked at.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Action<string> _tell;
    private readonly Func<AttestationPolicy, CancellationToken, Task>? _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private AttestationPolicy _current;
    private byte[] _bytes;
    private string _fault = "";

    private PolicyFile(
        string path, byte[] bytes, AttestationPolicy policy, TimeProvider time, Action<string> tell, Func<AttestationPolicy, CancellationToken, Task>? changed)
    {
        (_path, _bytes, _current, _time, _tell, _changed) = (path, bytes, policy, time, tell, changed);
        _watching = Watch();
    }

    /// <summary>The policy as of now.</summary>
    public AttestationPolicy Current => Volatile.Read(ref _current);

    /// <summary>Reads the file, and begins to watch it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Told in one line what became of a change; must not throw.</param>
    /// <param name="changed">Called with each new policy, one at a time; null: nobody is.</param>
    /// <exception cref="FormatException">It is no policy; the message is one line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PolicyFile Open(string path, TimeProvider time, Action<string> tell, Func<AttestationPolicy, CancellationToken, Task>? changed = null)
    {
        var bytes = Read(path);
        return new PolicyFile(path, bytes, AttestationPolicy.Parse(bytes), time, tell, changed);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(LookEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await Look(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    // A file that is being written, or is wrong, changes nothing: the policy that was holds on, and the log says so once.
    private async Task Look(CancellationToken cancel)
    {
        try
        {
            var bytes = Read(_path);
            if (bytes.AsSpan().SequenceEqual(_bytes)) return;
            var policy = AttestationPolicy.Parse(bytes);
            Volatile.Write(ref _current, policy);
            (_bytes, _fault) = (bytes, "");
            _tell($"policy {policy.Hash} from now on");
            if (_changed is not null) await _changed(policy, cancel);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            if (_fault != fault.Message) _tell($"{_path} has changed and cannot be used; the policy before it holds on: {fault.Message}");
            _fault = fault.Message;
        }
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!file.CanSeek) throw new FormatException("it is no file that can be read again");
        if (file.Length > AttestationPolicy.BytesMax) throw new FormatException($"it has {file.Length} bytes; at most {AttestationPolicy.BytesMax} are read");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
