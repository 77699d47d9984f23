using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Overlay;

namespace SwarmCompute.Guest.Running;

/// <summary>
/// A guest's own judgement of its peers: each must show in its certificate, beside the authority's word, evidence for this order that the
/// authority's policy accepts. The policy is asked for again and again: what it accepts no more is dropped.
/// </summary>
internal sealed class PeerWatch : IAsyncDisposable
{
    /// <summary>How often the authority is asked.</summary>
    public static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(15);

    private readonly Manifest _manifest;
    private readonly AuthorityClient _authority;
    private readonly ECDsa _key;
    private readonly AuthorityCollateral _collateral;
    private readonly AttestedPeers _peers;
    private readonly TimeProvider _time;
    private readonly GuestLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    private PeerWatch(
        Ticket ticket, Manifest manifest, AuthorityClient authority, ECDsa key, TrustRoots roots, CcaKeys? platformKeys, AttestationPolicy policy, TimeProvider time, GuestLog log)
    {
        (_manifest, _authority, _key, _time, _log) = (manifest, authority, key, time, log);
        _collateral = new AuthorityCollateral(authority, key, roots, platformKeys, time);
        var verifier = new EvidenceVerifier(roots, DevelopmentChains.Contains(ticket.ChainId) ? ticket.ChainId : null);
        _peers = new AttestedPeers(verifier, _collateral, policy, time);
        Attestation = new OverlayAttestation(_peers, peer => peer is SwarmIdentity.Guest guest
            ? PeerTerms.OfGuest(guest, ticket.ChainId) with { OrderBook = ticket.OrderBook, ManifestHash = manifest.Hash }
            : null);                                                         // a silo sees ciphertext and metadata: nothing is asked of it
        _watching = Watch();
    }

    /// <summary>For the overlay's links.</summary>
    public OverlayAttestation Attestation { get; }

    /// <summary>Asks for the policy, and begins to watch.</summary>
    /// <param name="ticket">Names the chain and the order book.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="authority">The authority.</param>
    /// <param name="key">The guest's key, which stays the caller's.</param>
    /// <param name="roots">The vendors' roots.</param>
    /// <param name="platformKeys">The platform keys of the guest's own image; null: those that the authority trusts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told of another policy.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The authority cannot be reached, or is not the one that is meant.</exception>
    public static async Task<PeerWatch> Start(
        Ticket ticket, Manifest manifest, AuthorityClient authority, ECDsa key, TrustRoots roots, CcaKeys? platformKeys, TimeProvider time, GuestLog log,
        CancellationToken cancel) =>
        new(ticket, manifest, authority, key, roots, platformKeys, (await authority.Policy(key, cancel)).For(manifest), time, log);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _peers.DisposeAsync();
        await _collateral.DisposeAsync();
        _stop.Dispose();
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(AskEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await Ask(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task Ask(CancellationToken cancel)
    {
        try
        {
            var policy = (await _authority.Policy(_key, cancel)).For(_manifest);
            if (policy.Hash == _peers.Policy.Hash) return;
            _log.Line($"the authority's policy has changed to {policy.Hash}; every peer is judged again");
            await _peers.Update(policy, cancel);
        }
        catch (GuestException away)
        {
            _log.Line($"the authority's policy is not known anew, the one before it holds on: {away.Message}");
        }
    }
}
