using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>The authority's policy, read again when its file changes: that is how a measurement is revoked while the authority runs.</summary>
public sealed class PolicyFile : IAsyncDisposable
{
    /// <summary>How often the file is looked at.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly GuestLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private AttestationPolicy _current;
    private byte[] _bytes;
    private string _fault = "";

    private PolicyFile(string path, byte[] bytes, AttestationPolicy policy, TimeProvider time, GuestLog log)
    {
        (_path, _bytes, _current, _time, _log) = (path, bytes, policy, time, log);
        _watching = Watch();
    }

    /// <summary>The policy as of now.</summary>
    public AttestationPolicy Current => Volatile.Read(ref _current);

    /// <summary>Reads the file, and begins to watch it.</summary>
    /// <exception cref="GuestException">It cannot be read, or is no policy.</exception>
    public static PolicyFile Open(string path, TimeProvider time, GuestLog log)
    {
        try
        {
            var bytes = Read(path);
            return new PolicyFile(path, bytes, AttestationPolicy.Parse(bytes), time, log);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new GuestException($"--policy {path} cannot be used: {fault.Message}", fault);
        }
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
            while (await timer.WaitForNextTickAsync(_stop.Token)) Look();
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    // A file that is being written, or is wrong, changes nothing: the policy that was holds on, and the log says so once.
    private void Look()
    {
        try
        {
            var bytes = Read(_path);
            if (bytes.AsSpan().SequenceEqual(_bytes)) return;
            var policy = AttestationPolicy.Parse(bytes);
            Volatile.Write(ref _current, policy);
            (_bytes, _fault) = (bytes, "");
            _log.Line($"policy {policy.Hash} from now on");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            if (_fault != fault.Message) _log.Line($"--policy {_path} has changed and cannot be used; the policy before it holds on: {fault.Message}");
            _fault = fault.Message;
        }
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > AttestationPolicy.BytesMax) throw new FormatException($"it has {file.Length} bytes; at most {AttestationPolicy.BytesMax} are read");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
