using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace SwarmCompute.Bench;

/// <summary>A process of this program that does one part of a bench. It ends when its standard input does, so with this one at the latest.</summary>
internal sealed class BenchProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10), AnswersWithin = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly Action<StageReply> _aside;
    private readonly Channel<StageReply> _replies = Channel.CreateBounded<StageReply>(256);
    private readonly Task _reading;

    private BenchProcess(Process process, Action<StageReply> aside)
    {
        (_process, _aside) = (process, aside);
        _reading = Read();
    }

    public int Id => _process.Id;

    /// <summary>Starts one.</summary>
    /// <param name="part">The argument that names the part.</param>
    /// <param name="aside">Told, on another thread, what the process loses and the tokens that it streams.</param>
    /// <param name="network">The network namespace that it lives in; null for this process's own.</param>
    public static BenchProcess Start(string part, Action<StageReply>? aside = null, string? network = null)
    {
        string[] command = [.. network is null ? Array.Empty<string>() : ["ip", "netns", "exec", network], Environment.ProcessPath!, part];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["LC_ALL"] = "C";
        var process = Process.Start(start)!;
        process.StandardInput.AutoFlush = true;
        return new BenchProcess(process, aside ?? (_ => { }));
    }

    public async Task Send<T>(T line, CancellationToken cancel) => await _process.StandardInput.WriteLineAsync(Lines.Write(line).AsMemory(), cancel);

    /// <summary>The next reply, which must be of this kind.</summary>
    /// <exception cref="InvalidOperationException">The process failed or ended.</exception>
    public async Task<T> Expect<T>(CancellationToken cancel) where T : StageReply
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bound.CancelAfter(AnswersWithin);
        while (await _replies.Reader.WaitToReadAsync(bound.Token))
        {
            if (!_replies.Reader.TryRead(out var reply)) continue;
            if (reply is T expected) return expected;
            if (reply is StageReply.Ready) continue;                             // of a map that nobody waited for
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Process {Id} of the bench said: {reply}"));
        }
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Process {Id} of the bench has ended."));
    }

    public async Task<T> Ask<T>(StageCommand command, CancellationToken cancel) where T : StageReply
    {
        await Send(command, cancel);
        return await Expect<T>(cancel);
    }

    /// <summary>Ends the process in the middle of what it does, as a loss of power would.</summary>
    /// <returns>When.</returns>
    public long Kill()
    {
        var at = Stopwatch.GetTimestamp();
        _process.Kill();
        return at;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.StandardInput.Close();
        using var bound = new CancellationTokenSource(EndsWithin);
        try
        {
            await _process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        await _reading;
        _process.Dispose();
    }

    private async Task Read()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith('{')) continue;                                  // libraries talk there too
            var reply = Lines.Read<StageReply>(line);
            if (reply is StageReply.Lost or StageReply.Token or StageReply.Ended) _aside(reply);
            else await _replies.Writer.WriteAsync(reply);
        }
        _replies.Writer.Complete();
    }
}
