using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Silo.Configuration;

namespace SwarmCompute.Silo.Tls;

/// <summary>What silos must show each other in their certificates, beside the authority's word, by a policy that may change while they run.</summary>
internal sealed class SiloAttestation : IAsyncDisposable
{
    private readonly VendorCollateral? _vendors;
    private readonly PlatformKeysFile? _platformKeys;
    private readonly AttestedPeers _peers;
    private readonly PolicyFile _policy;
    private readonly PeerTerms _terms;

    private SiloAttestation(SiloTlsOptions options, ulong chainId, TimeProvider time, Action<string> tell)
    {
        _terms = new PeerTerms(AttestationPurpose.Peer, chainId);
        _vendors = options.CollateralPath.Length == 0 ? null : VendorCollateral.Open(options.CollateralPath, new CollateralOptions(), TrustRoots.Vendors, time);
        _platformKeys = options.PlatformKeysPath.Length == 0 ? null : PlatformKeysFile.Open(options.PlatformKeysPath, time, tell, (_, cancel) => _peers!.JudgeAgain(cancel));
        var verifier = new EvidenceVerifier(TrustRoots.Vendors, DevelopmentChains.Contains(chainId) ? chainId : null);
        _policy = PolicyFile.Open(options.EvidencePolicyFile, time, tell, (policy, cancel) => _peers!.Update(policy, cancel));
        _peers = new AttestedPeers(verifier, new GivenCollateral(_vendors?.Service, _platformKeys is null ? null : () => _platformKeys.Current), _policy.Current, time);
    }

    /// <summary>Opens what the configuration names, and judges this silo's own certificate first: one that the others would refuse starts no silo.</summary>
    /// <param name="options">Names policy, collateral and platform keys.</param>
    /// <param name="own">This silo's certificate.</param>
    /// <param name="chainId">The swarm's chain: only on a development chain does development evidence count.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Told in one line of another policy or other platform keys; must not throw.</param>
    /// <returns>What silos must show; null where the configuration names no policy.</returns>
    /// <exception cref="SiloStartException">A file cannot be used, or this silo's own evidence is refused.</exception>
    public static async Task<SiloAttestation?> Open(SiloTlsOptions options, X509Certificate2 own, ulong chainId, TimeProvider time, Action<string> tell)
    {
        if (options.EvidencePolicyFile.Length == 0) return null;
        var attestation = New(options, chainId, time, tell);
        var admission = await attestation.Admit(own, CancellationToken.None);
        admission.Session?.Dispose();
        if (admission.Session is not null) return attestation;
        await attestation.DisposeAsync();
        throw new SiloStartException(
            $"Tls:CertificateFile {options.CertificateFile} does not meet Tls:EvidencePolicyFile {options.EvidencePolicyFile}. {admission.Result.Explain()} "
            + "Ask for a certificate with evidence (docs/evidence.md, \"Silos\").");
    }

    /// <summary>Judges another silo.</summary>
    public Task<PeerAdmission> Admit(X509Certificate2 certificate, CancellationToken cancel) => _peers.Admit(certificate, _terms, cancel);

    public async ValueTask DisposeAsync()
    {
        await _policy.DisposeAsync();
        if (_platformKeys is not null) await _platformKeys.DisposeAsync();
        await _peers.DisposeAsync();
        if (_vendors is not null) await _vendors.DisposeAsync();
    }

    private static SiloAttestation New(SiloTlsOptions options, ulong chainId, TimeProvider time, Action<string> tell)
    {
        try
        {
            return new SiloAttestation(options, chainId, time, tell);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            string[] named = [$"Tls:EvidencePolicyFile {options.EvidencePolicyFile}", .. Named("CollateralPath", options.CollateralPath), .. Named("PlatformKeysPath", options.PlatformKeysPath)];
            throw new SiloStartException($"{string.Join(" or ", named)} cannot be used: {fault.Message}", fault);
        }
    }

    private static string[] Named(string setting, string path) => path.Length == 0 ? [] : [$"Tls:{setting} {path}"];
}
