using System.Threading.Channels;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Inference;
using SwarmCompute.Overlay;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Running;

/// <summary>The head: serves clients, keeps the ledger, signs the report.</summary>
internal sealed class HeadRole : IGuestRole
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    private readonly Ticket _ticket;
    private readonly Credentials _credentials;
    private readonly Hash32 _measurement;
    private readonly Manifest _manifest;
    private readonly PipelineHead _head;
    private readonly HeadServer _server;
    private readonly RunLedger _ledger;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<LoadedStage> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<GuestMessage.Report?>? _finishing;
    private long _signedUnits;

    public HeadRole(
        Ticket ticket, Manifest manifest, Credentials credentials, Hash32 measurement, PipelineHead head, HeadServer server, TimeProvider time)
    {
        (_ticket, _manifest, _credentials, _measurement, _head, _server, _time) = (ticket, manifest, credentials, measurement, head, server, time);
        _ledger = new RunLedger(ticket, P256.KeyHash(credentials.Key), time);
    }

    public string? ApiEndpoint => _server.Endpoint.GetLeftPart(UriPartial.Authority);

    public ChannelReader<PipelineEvent> Events => _head.Events;

    public GuestMessage.Heartbeat Heartbeat => new() { CompletionTokens = _head.Usage.CompletionTokens, OpenSessions = _head.OpenSessions };

    public void Attach(LoadedStage stage)
    {
        var keys = _manifest.ApiKeys.IsEmpty ? null : new ApiKeys(_manifest.ApiKeys, _time);
        _server.Serve(endpoints => endpoints.MapOpenAi(new OpenAiModel(stage.Model.Name, _head, stage.Tokenizer!, _time)), keys);
        _head.Attach(stage.Kernel, stage.Embedding!);
        _loaded.TrySetResult(stage);
    }

    public void Update(PipelineMap map)
    {
        if (map.Stages[0].Epoch >= _ticket.Epoch) _ledger.Observe(map);        // before, another head keeps the books
        _head.Update(map);
    }

    public void ObserveReady(long generation) => _ledger.ObserveReady(generation);

    public Task<GuestMessage.Report?> Finish(CancellationToken cancel)
    {
        lock (_gate) return _finishing ??= SignReport(cancel);
    }

    public GuestMessage.Checkpoint? Checkpoint()
    {
        var units = _head.Usage.CompletionTokens;
        if (units <= _signedUnits) return null;
        _signedUnits = units;
        var statement = new CheckpointStatement(_ticket.ChainId, _ticket.OrderBook, _ticket.Lease.Order, _ticket.Epoch, (ulong)units);
        return new GuestMessage.Checkpoint { Units = units, Signature = P256.SignLowS(_credentials.Key, statement.ToBytes()) };
    }

    public async ValueTask DisposeAsync()
    {
        await _head.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<GuestMessage.Report?> SignReport(CancellationToken cancel)
    {
        await _head.Drain(DrainTime, cancel);
        var stage = await _loaded.Task.WaitAsync(cancel);                     // an order may be closed before the model is loaded
        var signed = SignedReport.Sign(
            Report(stage), _ticket.Epoch, _credentials.Key, _credentials.Certificate, _credentials.Root, _credentials.LeaseSignature);
        return new GuestMessage.Report
        {
            SignedReport = signed.ToBytes(),
            ReportHash = signed.Report.Hash.ToArray(),
            Units = (long)signed.Report.Units,
            Signature = signed.Signature,
        };
    }

    private IntegrityReport Report(LoadedStage stage)
    {
        var usage = _head.Usage.Ended;
        var (stages, stagesTotal) = _ledger.Stages(stage.Ranges);
        return new IntegrityReport
        {
            Evidence = _credentials.EvidenceType,
            EvidenceMeaning = EvidenceMeaning.Of(_credentials.EvidenceType),
            ChainId = _ticket.ChainId,
            OrderBook = _ticket.OrderBook,
            Order = _ticket.Lease.Order,
            ManifestHash = _manifest.Hash,
            Model = _manifest.Model.Sha256,
            Engine = $"{_manifest.Engine} {LlamaCpp.Version}",
            Measurement = _measurement,
            Started = _ledger.Started,
            Finished = _time.GetUtcNow(),
            Stages = stages,
            Completions = [.. usage.Listed.Select(c => new ReportCompletion(c.PromptTokens, c.CompletionTokens, c.PromptHash, c.OutputHash, c.ResumedTokens))],
            Totals = new ReportTotals(stagesTotal, usage.Completions, usage.PromptTokens, usage.CompletionTokens),
            Units = (ulong)usage.CompletionTokens,
        };
    }
}
