using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Running;

/// <summary>
/// What the vendors say, through the authority: a guest need not reach them itself. What comes is checked under the vendors' roots, and kept for
/// when the authority is away; the authority can withhold, and no more. Platform keys have no such root: a guest takes its own, or else its
/// authority's, which certifies by them too, and none from anybody else.
/// </summary>
internal sealed class AuthorityCollateral : ICollateralSource, IAsyncDisposable
{
    private const int TokensMax = 1024;

    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(8);

    private readonly AuthorityClient _authority;
    private readonly TimeProvider _time;
    private readonly ECDsa _key;
    private readonly CcaKeys? _ownKeys;
    private readonly CollateralCache _cache;
    private readonly CollateralService _service;
    private readonly Dictionary<Hash32, CcaKeys?> _keysByToken = [];
    private readonly Lock _gate = new();

    /// <summary>Asks an authority.</summary>
    /// <param name="authority">The authority.</param>
    /// <param name="key">The guest's key, which stays the caller's.</param>
    /// <param name="roots">The vendors' roots.</param>
    /// <param name="ownKeys">The platform keys that alone are trusted, whatever the authority says; null: the authority's.</param>
    /// <param name="time">The clock.</param>
    public AuthorityCollateral(AuthorityClient authority, ECDsa key, TrustRoots roots, CcaKeys? ownKeys, TimeProvider time)
    {
        (_authority, _key, _ownKeys, _time) = (authority, key, ownKeys, time);
        var options = new CollateralOptions();
        _cache = new CollateralCache(options, roots, vendor: null, time);
        _service = new CollateralService(_cache, options, time);
    }

    public DateTimeOffset LatestSigned => _service.LatestSigned;

    public async ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel)
    {
        if (evidence.Type == Manifest.Development) return EvidenceCollateral.None;
        var isOfArm = evidence.Type == CcaVerifier.Type;
        if (!isOfArm || _ownKeys is null) await Ask(evidence, cancel);
        var collateral = await _service.For(evidence, cancel);
        return isOfArm ? collateral with { Cca = _ownKeys ?? Kept(evidence) } : collateral;
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    private async Task Ask(Evidence evidence, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(AskTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        try
        {
            var (bundle, keys) = await _authority.Collateral(evidence with { Devices = [] }, _key, either.Token);
            _cache.Add(bundle);
            if (evidence.Type == CcaVerifier.Type) Keep(evidence, keys);
        }
        catch (Exception fault) when (fault is GuestException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // The authority is away, or has nothing: what is kept counts, and the verdict says what is missing.
        }
    }

    private void Keep(Evidence evidence, CcaKeys? keys)
    {
        lock (_gate)
        {
            if (_keysByToken.Count >= TokensMax) _keysByToken.Clear();
            _keysByToken[Hash32.Sha256(evidence.Document.Span)] = keys;
        }
    }

    private CcaKeys? Kept(Evidence evidence)
    {
        lock (_gate) return _keysByToken.GetValueOrDefault(Hash32.Sha256(evidence.Document.Span));
    }
}
