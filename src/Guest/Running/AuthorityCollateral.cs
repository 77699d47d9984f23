using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Running;

/// <summary>
/// What the vendors say, through the authority: a guest need not reach them itself. What comes is checked under the vendors' roots, and kept for
/// when the authority is away; the authority can withhold, and no more.
/// </summary>
internal sealed class AuthorityCollateral : ICollateralSource, IAsyncDisposable
{
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(8);

    private readonly AuthorityClient _authority;
    private readonly TimeProvider _time;
    private readonly ECDsa _key;
    private readonly CollateralCache _cache;
    private readonly CollateralService _service;

    public AuthorityCollateral(AuthorityClient authority, ECDsa key, TrustRoots roots, TimeProvider time)
    {
        (_authority, _key, _time) = (authority, key, time);
        var options = new CollateralOptions();
        _cache = new CollateralCache(options, roots, vendor: null, time);
        _service = new CollateralService(_cache, options, time);
    }

    public DateTimeOffset LatestSigned => _service.LatestSigned;

    public async ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel)
    {
        if (evidence.Type == Manifest.Development) return EvidenceCollateral.None;
        using var bound = new CancellationTokenSource(AskTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        try
        {
            _cache.Add(await _authority.Collateral(evidence with { Devices = [] }, _key, either.Token));
        }
        catch (Exception fault) when (fault is GuestException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // The authority is away, or has nothing: what is kept counts, and the verdict says what is missing.
        }
        return await _service.For(evidence, cancel);
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();
}
