using System.Collections.Concurrent;
using System.Threading.Channels;

namespace SwarmCompute.Bench;

/// <summary>Streams that ask one question after the other, and compare every answer with that of the undisturbed run.</summary>
internal sealed class SoakStreams(StageRing ring, int[][] prompts, int[][] expected) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<int, Channel<StageReply>> _open = new();
    private readonly SemaphoreSlim _sending = new(1);
    private int _lastNumber, _answers, _resumed, _wrong;
    private long _tokens;

    public int Answers => Volatile.Read(ref _answers);

    public long Tokens => Interlocked.Read(ref _tokens);

    /// <summary>How often an answer with some tokens was asked for again; one answer counts as often as it was.</summary>
    public int Resumed => Volatile.Read(ref _resumed);

    /// <summary>Answers with a lost or another token.</summary>
    public int Wrong => Volatile.Read(ref _wrong);

    public void Dispose() => _sending.Dispose();

    /// <summary>Takes what the head says; what belongs to an answer that was asked for again is left aside.</summary>
    public void Take(StageReply reply)
    {
        var number = reply switch { StageReply.Token token => token.Number, StageReply.Ended ended => ended.Number, _ => 0 };
        if (_open.TryGetValue(number, out var answer)) answer.Writer.TryWrite(reply);
    }

    /// <summary>The head is another one: what is not finished is asked for again.</summary>
    public void HeadIsNew()
    {
        foreach (var answer in _open.Values) answer.Writer.TryWrite(new StageReply.Ended(0, "its head was lost", MayBeAskedAgain: true));
    }

    /// <summary>Asks until it is told to end; what is under way then is finished.</summary>
    public async Task Run(int stream, Func<bool> goesOn, CancellationToken cancel)
    {
        for (var question = stream % prompts.Length; goesOn(); question = (question + 1) % prompts.Length)
        {
            var had = new List<int>();
            while (await Ask(question, had, cancel) is { } fault)
            {
                if (!fault.MayBeAskedAgain)
                {
                    Console.Error.WriteLine($"An answer was lost: {fault.Fault}");
                    break;
                }
                if (had.Count > 0) Interlocked.Increment(ref _resumed);
                if (had.Count == expected[question].Length) break;           // the head was lost just after the last token
                await Task.Delay(Pause, TimeProvider.System, cancel);
            }
            Interlocked.Increment(ref _answers);
            if (!had.SequenceEqual(expected[question])) Interlocked.Increment(ref _wrong);
        }
    }

    private async Task<StageReply.Ended?> Ask(int question, List<int> had, CancellationToken cancel)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var count = expected[question].Length;
        var answer = _open[number] = Channel.CreateBounded<StageReply>(count + 2);
        try
        {
            await Send(new StageCommand.Ask(number, prompts[question], [.. had], count), cancel);
            await foreach (var reply in answer.Reader.ReadAllAsync(cancel))
            {
                if (reply is StageReply.Ended ended) return ended.Fault is null ? null : ended;
                had.Add(((StageReply.Token)reply).Value);
                Interlocked.Increment(ref _tokens);
            }
            return null;
        }
        catch (IOException)
        {
            return new StageReply.Ended(number, "its head was lost", MayBeAskedAgain: true);
        }
        finally
        {
            _open.TryRemove(number, out _);
        }
    }

    /// <summary>Sends a line to the head of the moment, one at a time.</summary>
    public async Task Send(StageCommand command, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            await ring.Head.Send(command, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }
}
