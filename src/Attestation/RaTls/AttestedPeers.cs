using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>
/// Lets peers in by the evidence in their certificates, and watches those that are in: each is judged again when what the verdict relied on ends,
/// every hour at the latest, and at once when the policy changes. Who is refused then is dropped. Where a vendor does not answer, or its word has
/// ended, who is in stays in, and who is not is not let in.
/// </summary>
public sealed class AttestedPeers : IAsyncDisposable
{
    /// <summary>How old a verdict may become.</summary>
    public static readonly TimeSpan VerdictAgeMax = TimeSpan.FromHours(1);

    /// <summary>How soon it is tried again where there was no verdict for want of a vendor's word.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>How often it is looked who is due.</summary>
    public static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    /// <summary>The most links that are watched at once; more are not let in.</summary>
    public const int SessionsMax = 4096;

    /// <summary>The most verdicts that are remembered.</summary>
    public const int VerdictsMax = 1024;

    private const int JudgedAtOnce = 16;

    private static readonly TimeSpan CollateralTime = TimeSpan.FromSeconds(20);

    private readonly EvidenceVerifier _verifier;
    private readonly ICollateralSource _collateral;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<PeerSession, bool> _sessions = new();
    private readonly Dictionary<(Hash32 Certificate, PeerTerms Terms), (AttestationResult Result, DateTimeOffset Until)> _verdicts = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _sweeping = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private AttestationPolicy _policy;

    /// <summary>Begins to watch.</summary>
    /// <param name="verifier">Judges evidence.</param>
    /// <param name="collateral">What the vendors say.</param>
    /// <param name="policy">What evidence must show.</param>
    /// <param name="time">The clock.</param>
    public AttestedPeers(EvidenceVerifier verifier, ICollateralSource collateral, AttestationPolicy policy, TimeProvider time)
    {
        (_verifier, _collateral, _policy, _time) = (verifier, collateral, policy, time);
        _watching = Watch();
    }

    /// <summary>What evidence must show.</summary>
    public AttestationPolicy Policy => Volatile.Read(ref _policy);

    /// <summary>Judges a peer that has proven to hold its certificate's key.</summary>
    /// <param name="certificate">The certificate, as the handshake gave it.</param>
    /// <param name="terms">What its evidence must be about.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public async Task<PeerAdmission> Admit(X509Certificate2 certificate, PeerTerms terms, CancellationToken cancel)
    {
        var question = PeerQuestion.Of(certificate, terms);
        var policy = Policy;
        var result = Remembered(question) ?? await Judge(question, policy, cancel);
        if (result.Verdict != Verdict.Accepted) return new(null, result);
        if (_sessions.Count >= SessionsMax) return new(null, Refused("evidence.peers.many", $"{SessionsMax} links are watched already", FailureClass.Transient));
        var session = new PeerSession(question, result, DueAfter(result), s => _sessions.TryRemove(s, out _));
        _sessions[session] = true;
        if (ReferenceEquals(policy, Policy)) return new(session, result);
        await Again(session, cancel);                                        // the policy changed while this one was judged by the old one
        return session.Dropped.IsCancellationRequested ? new(null, session.Result) : new(session, session.Result);
    }

    /// <summary>From now on evidence must show this; everyone who is in is judged again, and dropped where it is refused.</summary>
    public Task Update(AttestationPolicy policy, CancellationToken cancel) => Change(_ => policy, cancel);

    /// <summary>Everyone who is in is judged again by the same policy: what is trusted has changed.</summary>
    public Task JudgeAgain(CancellationToken cancel) => Change(policy => policy with { }, cancel);

    /// <summary>Watches no longer; links live on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
        _sweeping.Dispose();
    }

    // A verdict that is reached under another object than the policy that holds is not kept, and its peer is judged once more.
    private async Task Change(Func<AttestationPolicy, AttestationPolicy> next, CancellationToken cancel)
    {
        lock (_gate)
        {
            Volatile.Write(ref _policy, next(_policy));
            _verdicts.Clear();
        }
        await Sweep(_ => true, cancel);
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(SweepEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await Sweep(s => s.Again <= _time.GetUtcNow(), _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task Sweep(Func<PeerSession, bool> isDue, CancellationToken cancel)
    {
        await _sweeping.WaitAsync(cancel);
        try
        {
            // Side by side: one peer whose vendor is slow must not keep another from being dropped.
            var due = _sessions.Keys.Where(isDue).ToList();
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = JudgedAtOnce, CancellationToken = cancel }, async (session, stop) => await Again(session, stop));
        }
        finally
        {
            _sweeping.Release();
        }
    }

    private async Task Again(PeerSession session, CancellationToken cancel)
    {
        var result = Remembered(session.Question) ?? await Judge(session.Question, Policy, cancel);
        if (result.IsTransient)
        {
            session.Again = _time.GetUtcNow() + RetryAfter;
            return;
        }
        session.Result = result;
        session.Again = DueAfter(result);
        if (result.Verdict == Verdict.Refused && _sessions.TryRemove(session, out _)) session.Drop(result.Explain());
    }

    private async Task<AttestationResult> Judge(PeerQuestion question, AttestationPolicy policy, CancellationToken cancel)
    {
        if (question.Evidence is not { } evidence) return Refused("evidence.missing", "the peer's certificate carries no evidence that can be read");
        var context = EvidenceClaims.TryRead(evidence.Claims)?.Context ?? default;
        if (!question.Terms.Holds(context.Span)) return Refused("evidence.context", "the evidence was made for another lease, order book or manifest");
        var binding = new EvidenceBinding(question.Terms.Purpose, question.KeyHash) { Context = context, ChainId = question.Terms.ChainId, AreDevicesJudged = question.Terms.Lease is not null };
        var result = _verifier.Verify(evidence, await Collateral(evidence, cancel), policy, binding, _collateral.Now(_time));
        if (result.Verdict == Verdict.Accepted) Remember(question, policy, result);
        return result;
    }

    private async Task<EvidenceCollateral> Collateral(Evidence evidence, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(CollateralTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        try
        {
            return await _collateral.For(evidence, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return EvidenceCollateral.None;                                  // the verdict says what is missing
        }
    }

    private AttestationResult? Remembered(PeerQuestion question)
    {
        lock (_gate) return _verdicts.TryGetValue(question.Key, out var known) && known.Until > _time.GetUtcNow() ? known.Result : null;
    }

    private void Remember(PeerQuestion question, AttestationPolicy policy, AttestationResult result)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(policy, _policy)) return;                   // reached under a policy that holds no more
            if (_verdicts.Count >= VerdictsMax) _verdicts.Clear();
            _verdicts[question.Key] = (result, DueAfter(result));
        }
    }

    private DateTimeOffset DueAfter(AttestationResult result)
    {
        var latest = _time.GetUtcNow() + VerdictAgeMax;
        return result.ExpiresAt is { } end && end < latest ? end : latest;
    }

    private static AttestationResult Refused(string code, string why, FailureClass @class = FailureClass.Permanent) => new([Check.Fails("peer", code, why, @class)]);
}
