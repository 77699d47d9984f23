using System.Security.Cryptography;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>Answers what clients ask.</summary>
/// <param name="certifier">Certifies guests.</param>
/// <param name="challenges">The nonces.</param>
/// <param name="policy">What evidence must show, as of now.</param>
/// <param name="collateral">What the vendors say; null: nobody is asked.</param>
/// <param name="platformKeys">The keys of Arm's platforms that are trusted, as of now; null: none were given.</param>
/// <param name="log">Told who was certified, and who was refused.</param>
public sealed class AuthorityAnswers(
    Certifier certifier, Challenges challenges, Func<AttestationPolicy> policy, CollateralService? collateral, Func<CcaKeys>? platformKeys, GuestLog log)
{
    /// <summary>Answers one request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key">The key whose possession the client has proven.</param>
    /// <param name="cancel">Ends the wait for a vendor.</param>
    public async Task<AuthorityAnswer> To(AuthorityRequest request, ECDsa key, CancellationToken cancel) => request switch
    {
        AuthorityRequest.Challenge => new AuthorityAnswer.Challenged(challenges.Issue(Hash32.Sha256(key.ExportSubjectPublicKeyInfo()))),
        AuthorityRequest.Policy => new AuthorityAnswer.Policy(policy().ToCanonicalBytes()),
        AuthorityRequest.Collateral asked => await Collateral(asked.Evidence, cancel),
        AuthorityRequest.Certify asked => await Certify(asked.Request, key, cancel),
        _ => throw new InvalidOperationException("There is no other request."),
    };

    private async Task<AuthorityAnswer> Certify(CertifyRequest request, ECDsa key, CancellationToken cancel)
    {
        var answer = await certifier.Certify(request, key, cancel);
        log.Line(answer is AuthorityAnswer.Refused no ? $"refused {request}: {no.Reason}" : $"certified {request}");
        return answer;
    }

    private async Task<AuthorityAnswer> Collateral(Evidence evidence, CancellationToken cancel)
    {
        var keys = evidence.Type == CcaVerifier.Type ? platformKeys?.Invoke().For(evidence.Document) : null;
        if (collateral is null && keys is null) return new AuthorityAnswer.Refused("this authority has no collateral; start it with --collateral, and for Arm with --platform-keys");
        var bundle = new CollateralBundle(collateral is null ? [] : await collateral.ItemsFor(evidence, cancel)).Write();
        return bundle.Length <= AuthorityAnswer.CollateralBytesMax
            ? new AuthorityAnswer.Collateral(bundle) { PlatformKeys = keys?.ToStore() }
            : new AuthorityAnswer.Refused($"the collateral has {bundle.Length} bytes; at most {AuthorityAnswer.CollateralBytesMax} are handed on");
    }
}
