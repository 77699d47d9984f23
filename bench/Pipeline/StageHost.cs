using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Inference;
using SwarmCompute.Overlay;

namespace SwarmCompute.Bench;

/// <summary>The process of one stage, the head's included: does what standard input says, line by line, and ends with it.</summary>
internal sealed class StageHost : IAsyncDisposable
{
    private static readonly OrderId Order = new(1);
    private static readonly TimeSpan ReadyPause = TimeSpan.FromMilliseconds(1);

    private readonly Lock _output = new();
    private readonly RawRing _raw = new();
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _running = [];
    private readonly List<DelayRelay> _relays = [];
    private StageCommand.Load _load = null!;
    private IStageKernel? _kernel;
    private IEmbedding? _embedding;
    private PipelineHead? _head;
    private PipelineStage? _stage;

    public static async Task Run(CancellationToken cancel)
    {
        await using var host = new StageHost();
        using var input = new StreamReader(Console.OpenStandardInput());
        try
        {
            while (await input.ReadLineAsync(cancel) is { } line) host.Do(Lines.Read<StageCommand>(line));
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)     // the boundary of the process: whatever it is, the bench is told
        {
            host.Say(new StageReply.Failed(fault.ToString()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_head is not null) await _head.DisposeAsync();
        if (_stage is not null) await _stage.DisposeAsync();
        await Task.WhenAll(_running);
        _embedding?.Dispose();
        _kernel?.Dispose();
        _raw.Dispose();
        foreach (var relay in _relays) await relay.DisposeAsync();
        _end.Dispose();
    }

    private void Do(StageCommand command)
    {
        switch (command)
        {
            case StageCommand.Load load:
                Load(load);
                Say(new StageReply.Loaded());
                return;
            case StageCommand.Join join:
                Say(new StageReply.Joined(Join(join)));
                return;
            case StageCommand.Map map:
                Update(map);
                return;
            case StageCommand.HandOver handOver:
                _stage!.HandOverTo(PeerAt(handOver.Standby, handOver.Slot));
                _running.Add(Told(AwaitStandby(_stage, _end.Token)));
                return;
            case StageCommand.Generate generate:
                _running.Add(Told(Generate(generate, _end.Token)));
                return;
            case StageCommand.Ask ask:
                _running.RemoveAll(task => task.IsCompleted);
                _running.Add(Told(Stream(ask, _end.Token)));
                return;
            case StageCommand.Gauge:
                Say(new StageReply.Gauged(_head?.OpenSessions ?? _stage!.OpenSessions));
                return;
            case StageCommand.Count:
                Say(new StageReply.Counted(GC.GetTotalAllocatedBytes(precise: true)));
                return;
            case StageCommand.Listen:
                Say(new StageReply.Listens(_raw.Listen()));
                return;
            case StageCommand.Pass pass:
                Say(new StageReply.Passed(_raw.Pass(pass)));
                return;
            case StageCommand.Echo echo:
                _relays.Add(DelayRelay.Echo(echo.Address));
                Say(new StageReply.Listens(_relays[^1].Port));
                return;
            case StageCommand.Ping ping:
                Say(new StageReply.Passed(DelayRelay.Ping(ping)));
                return;
            case StageCommand.Relay relay:
                _relays.Add(DelayRelay.To(relay));
                Say(new StageReply.Listens(_relays[^1].Port));
                return;
            default:
                throw new InvalidDataException($"A stage cannot {command.GetType().Name}.");
        }
    }

    private void Load(StageCommand.Load load)
    {
        _load = load;
        if (load.StageFile is null)
        {
            var copies = new CopyKernel(load.CopyWidth, load.Last);
            (_kernel, _embedding) = (copies, copies);
            return;
        }
        LlamaCpp.Initialize(load.Libraries);
        _kernel = LlamaCpp.LoadStage(load.StageFile, new StageLoadOptions
        {
            Last = load.Last,
            ContextTokensPerSession = load.ContextTokens,
            SessionsMax = load.SessionsMax,
            PrefillTokensMax = PipelineBench.ChunkTokens,
            Threads = 1,
            GpuLayers = 0,
        });
        if (load.ModelFile is not null) _embedding = LlamaCpp.LoadEmbedding(load.ModelFile);
        Warm(_kernel, load.Last);
    }

    /// <summary>Runs a token, so that the first session finds a context.</summary>
    private static void Warm(IStageKernel kernel, bool last)
    {
        using var session = kernel.Open();
        var hidden = new float[kernel.EmbeddingLength];
        if (last) session.RunLast(hidden, 1);
        else session.RunHidden(hidden, 1, new float[hidden.Length]);
    }

    private int Join(StageCommand.Join join)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(join.Key, out _);
        using var certificate = X509CertificateLoader.LoadCertificate(join.Certificate);
        var credentials = new OverlayCredentials(certificate.CopyWithPrivateKey(key), X509CertificateLoader.LoadCertificate(join.Root));
        var listener = OverlayListener.Start(new IPEndPoint(IPAddress.Parse(join.Address), 0), credentials, TimeProvider.System);
        var options = new PipelineOptions
        {
            Order = Order,
            Slot = join.Slot,
            Slots = join.Slots,
            Epoch = new LeaseEpoch(join.Epoch),
            ContextTokens = _load.ContextTokens,
            SessionsMax = _load.SessionsMax,
            PrefixesMax = _load.PrefixesMax,
            PrefillTokens = PipelineBench.ChunkTokens,
        };
        if (join.Slot == 0)
        {
            _head = PipelineHead.Start(options, listener, credentials, TimeProvider.System);
            _head.Attach(_kernel!, _embedding!);
        }
        else
        {
            _stage = PipelineStage.Start(options, listener, credentials, TimeProvider.System);
            _stage.Attach(_kernel!);
        }
        _running.Add(Told(Hear(_head?.Events ?? _stage!.Events)));
        return listener.LocalEndPoint.Port;
    }

    private void Update(StageCommand.Map map)
    {
        var newest = new PipelineMap(map.Generation, [.. map.Stages.Select(PeerAt)]);
        _stage?.Update(newest);
        if (_head is null) return;
        _head.Update(newest);
        _running.Add(Told(AwaitRing(_head, map.Generation, _end.Token)));
    }

    private static StagePeer PeerAt(StagePlace place, int slot) => new(
        slot, new LeaseEpoch(place.Epoch), new IPEndPoint(IPAddress.Parse(place.Address), place.Port), X509CertificateLoader.LoadCertificate(place.Certificate));

    private async Task AwaitStandby(PipelineStage stage, CancellationToken cancel)
    {
        while (stage.StandbyLag != 0) await Task.Delay(ReadyPause, cancel);
        Say(new StageReply.Followed());
    }

    private async Task AwaitRing(PipelineHead head, long generation, CancellationToken cancel)
    {
        while (!head.IsReady) await Task.Delay(ReadyPause, cancel);
        Say(new StageReply.Ready(generation));
    }

    private async Task Hear(System.Threading.Channels.ChannelReader<PipelineEvent> events)
    {
        await foreach (var happened in events.ReadAllAsync(CancellationToken.None))
        {
            if (happened is PipelineEvent.PeerLost lost) Say(new StageReply.Lost(lost.Slot, lost.Epoch.Value, Stopwatch.GetTimestamp()));
            if (happened is PipelineEvent.Failed failed) Say(new StageReply.Failed(failed.Reason));
        }
    }

    private async Task Generate(StageCommand.Generate generate, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(
            generate.Prompts.Select((prompt, stream) => Answer(prompt, generate.Tokens, stream == 0 ? generate.AnnounceAt : 0, cancel)));
        while (_head!.OpenSessions > 0) await Task.Delay(ReadyPause, cancel);      // the next answers find room
        Say(new StageReply.Generated(answers));
    }

    private async Task Stream(StageCommand.Ask ask, CancellationToken cancel)
    {
        var request = new GenerationRequest([.. ask.Prompt], ask.Tokens, new SamplingOptions(), [.. ask.Resume], []);
        try
        {
            await foreach (var token in _head!.Generate(request, cancel)) Say(new StageReply.Token(ask.Number, token.Token));
            Say(new StageReply.Ended(ask.Number, null, MayBeAskedAgain: false));
        }
        catch (PipelineException fault)
        {
            Say(new StageReply.Ended(ask.Number, fault.Message, fault.Fault is PipelineFault.NotReady or PipelineFault.Busy));
        }
    }

    private async Task<StageAnswer> Answer(int[] prompt, int count, int announceAt, CancellationToken cancel)
    {
        var (tokens, at) = (new List<int>(count), new List<long>(count));
        var request = new GenerationRequest([.. prompt], count, new SamplingOptions(), [], []);
        var began = Stopwatch.GetTimestamp();
        await foreach (var token in _head!.Generate(request, cancel))
        {
            at.Add(Stopwatch.GetTimestamp());
            tokens.Add(token.Token);
            if (tokens.Count == announceAt) Say(new StageReply.Reached());
        }
        return new StageAnswer(began, [.. tokens], [.. at]);
    }

    /// <summary>What runs beside the commands must not fail in silence.</summary>
    private async Task Told(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            // The process ends.
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            Say(new StageReply.Failed(fault.ToString()));
        }
    }

    private void Say(StageReply reply)
    {
        lock (_output) Console.Out.WriteLine(Lines.Write(reply));
    }
}
