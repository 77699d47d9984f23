namespace SwarmCompute.Attestation;

/// <summary>
/// What a file, or a folder of files, says, read again when it changes. One that is being written, or is wrong, changes nothing: what it said before
/// holds on, and that is said once.
/// </summary>
internal sealed class WatchedFile<T> : IAsyncDisposable
    where T : class
{
    private readonly Func<IReadOnlyList<FileText>> _read;
    private readonly Func<IReadOnlyList<FileText>, T> _parse;
    private readonly Func<T, CancellationToken, Task> _changed;
    private readonly Action<string> _wrong;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private IReadOnlyList<FileText> _text;
    private T _current;
    private string _fault = "";

    /// <summary>Reads it, and begins to watch it.</summary>
    /// <param name="read">Reads the file, or the files; what it throws for one that cannot be read goes to the caller.</param>
    /// <param name="parse">What they say; a <see cref="FormatException"/> where it is nothing.</param>
    /// <param name="changed">Called with each new one, one at a time.</param>
    /// <param name="wrong">Told why a change cannot be used, once for each cause; must not throw.</param>
    /// <param name="time">The clock.</param>
    public WatchedFile(
        Func<IReadOnlyList<FileText>> read, Func<IReadOnlyList<FileText>, T> parse, Func<T, CancellationToken, Task> changed, Action<string> wrong, TimeProvider time)
    {
        (_read, _parse, _changed, _wrong, _time) = (read, parse, changed, wrong, time);
        _text = read();
        _current = parse(_text);
        _watching = Watch();
    }

    /// <summary>What it says as of now.</summary>
    public T Current => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(PolicyFile.LookEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await Look(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task Look(CancellationToken cancel)
    {
        try
        {
            var text = _read();
            if (text.SequenceEqual(_text)) return;
            var current = _parse(text);
            Volatile.Write(ref _current, current);
            (_text, _fault) = (text, "");
            await _changed(current, cancel);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            if (_fault != fault.Message) _wrong(fault.Message);
            _fault = fault.Message;
        }
    }
}
