using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// Verifies Arm CCA attestation tokens (Realm Management Monitor specification 1.0, section A7.2.3; draft-ffm-rats-cca-token). A token holds
/// where the platform's key signed for a key of the realm's, and that key signed what the realm is.
/// </summary>
public static class CcaVerifier
{
    /// <summary>The type that results name.</summary>
    public const string Type = "cca";

    private const int ChallengeSize = 64;

    /// <summary>Judges a token; never throws for what it holds.</summary>
    /// <param name="token">The token, at most <see cref="Evidence.DocumentBytesMax"/> bytes.</param>
    /// <param name="platformKeys">The platform keys that are trusted.</param>
    /// <param name="at">The time at which it is judged.</param>
    /// <param name="policy">What it must show.</param>
    public static AttestationResult Verify(ReadOnlyMemory<byte> token, CcaKeys platformKeys, DateTimeOffset at, CcaPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(platformKeys);
        ArgumentNullException.ThrowIfNull(policy);
        if (CcaToken.Read(token, out var fault) is not { } read) return Result([Check.Fails("token", "cca.token", fault)]);
        var platform = CcaPlatformClaims.Read(read.Platform.Payload, out var platformFault);
        var realm = CcaRealmClaims.Read(read.Realm.Payload, out var realmFault);
        if (platform is null || realm is null)
        {
            return Result([
                Check.Holds("token", "two signed tokens"),
                Judge("platform claims", "cca.platform.claims", platform is not null, platform is null ? platformFault : platform.Profile),
                Judge("realm claims", "cca.realm.claims", realm is not null, realm is null ? realmFault : RealmProfile(realm))]);
        }
        return Judged(read, platform, realm, platformKeys, at, policy);
    }

    private static AttestationResult Judged(CcaToken token, CcaPlatformClaims platform, CcaRealmClaims realm, CcaKeys keys, DateTimeOffset at, CcaPolicy policy)
    {
        var candidates = keys.Of(platform.Implementation, platform.Instance);
        var signer = candidates.FirstOrDefault(k => token.Platform.IsSignedBy(k.Key));
        ImmutableArray<Check> checks = [
            Check.Holds("token", "two signed tokens"),
            Check.Holds("platform claims", platform.Profile),
            Check.Holds("realm claims", RealmProfile(realm)),
            PlatformKey(candidates, platform, keys.AreAll),
            PlatformSignature(candidates, signer, keys.AreAll),
            KeyTime(signer, at),
            RealmSignature(token.Realm, realm),
            Judge("binding", "cca.binding", CryptographicOperations.FixedTimeEquals(platform.Challenge, realm.KeyHash()),
                $"the platform signed {Convert.ToHexStringLower(platform.Challenge)}"),
            .. CcaPolicyChecks.Of(platform, realm, policy, ChallengeSize)];
        return Result(checks) with { Claims = Claims(platform, realm), ExpiresAt = signer?.ExpiresAt, Status = platform.IsSecured ? "secured" : "not secured" };
    }

    private static Check PlatformKey(ImmutableArray<CcaKey> candidates, CcaPlatformClaims platform, bool areAll) => candidates.IsEmpty
        ? Check.Fails("platform key", "cca.platform.key", $"no key is {(areAll ? "trusted" : "known")} for instance {platform.Instance} of implementation {platform.Implementation}", Unknown(areAll))
        : Check.Holds("platform key", $"{candidates.Length} for instance {platform.Instance}");

    private static Check PlatformSignature(ImmutableArray<CcaKey> candidates, CcaKey? signer, bool areAll) => candidates.IsEmpty
        ? Check.Fails("platform signature", "cca.platform.unchecked", "there is no key to check it with", Unknown(areAll))
        : Judge("platform signature", "cca.platform.signature", signer is not null, signer is null ? "no trusted key signed it" : "by a trusted key");

    private static FailureClass Unknown(bool areAll) => areAll ? FailureClass.Permanent : FailureClass.Transient;

    private static Check KeyTime(CcaKey? signer, DateTimeOffset at) => signer?.ExpiresAt is { } end && at > end
        ? Check.Fails("platform key time", "cca.platform.key.expired", $"the key was vouched for until {end:u}", FailureClass.Transient)
        : Check.Holds("platform key time", signer is null ? "no key" : signer.ExpiresAt is { } until ? $"until {until:u}" : "without end");

    private static Check RealmSignature(CoseSign1 token, CcaRealmClaims realm)
    {
        using var key = realm.Key();
        if (key is null) return Check.Fails("realm signature", "cca.realm.key", "the realm's key is no point on P-256, P-384 or P-521 in the form of its profile");
        return Judge("realm signature", "cca.realm.signature", token.IsSignedBy(key), "by the key that the realm's token names");
    }

    private static ImmutableSortedDictionary<string, string> Claims(CcaPlatformClaims platform, CcaRealmClaims realm)
    {
        var claims = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        claims["platform.profile"] = platform.Profile;
        claims["platform.implementation"] = platform.Implementation;
        claims["platform.instance"] = platform.Instance;
        claims["platform.configuration"] = platform.Configuration;
        claims["platform.lifecycle"] = platform.LifecycleText;
        for (var i = 0; i < platform.Components.Length; i++)
            claims[$"platform.component.{i:00}"] = $"{platform.Components[i].Type ?? "-"} {platform.Components[i].Value} {platform.Components[i].Signer}";
        claims["realm.challenge"] = Convert.ToHexStringLower(realm.Challenge);
        claims["realm.personalization"] = realm.Personalization;
        claims["realm.initial"] = realm.InitialMeasurement;
        for (var i = 0; i < realm.ExtensibleMeasurements.Length; i++) claims[$"realm.extensible.{i}"] = realm.ExtensibleMeasurements[i];
        claims["realm.key"] = Convert.ToHexStringLower(realm.KeyClaim);
        return claims.ToImmutable();
    }

    private static string RealmProfile(CcaRealmClaims realm) => realm.Profile.Length == 0 ? "no profile (first edition)" : realm.Profile;

    private static Check Judge(string name, string code, bool holds, string detail) => holds ? Check.Holds(name, detail) : Check.Fails(name, code, detail);

    private static AttestationResult Result(ImmutableArray<Check> checks) => new(checks) { Type = Type };
}
