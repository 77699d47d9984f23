using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Judges whether certificates were taken back: by NVIDIA's OCSP responses and by the operator's own list.</summary>
/// <param name="responses">The responses that could be read.</param>
/// <param name="at">The time at which it is judged.</param>
/// <param name="policy">What is wanted.</param>
internal sealed class NvidiaRevocation(ImmutableArray<OcspResponse> responses, DateTimeOffset at, NvidiaPolicy policy)
{
    /// <summary>The earliest end of the responses that were relied on.</summary>
    public DateTimeOffset ExpiresAt { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Whether none of the certificates is on the operator's list.</summary>
    public Check Denied(string what, ImmutableArray<PkiCertificate> chain)
    {
        var denied = chain.FirstOrDefault(c => policy.DeniedSerials.Contains(Serial(c)));
        return denied is null
            ? Check.Holds($"{what} deny list", "none is on it")
            : Check.Fails($"{what} deny list", "nvidia.denied", $"'{denied.SubjectCommonName}' with serial {Serial(denied)} is denied", FailureClass.Policy);
    }

    /// <summary>Whether the certificates from the first to before the last are good. A device's leaf is made on the device: nobody keeps its status.</summary>
    public Check Status(string what, ImmutableArray<PkiCertificate> chain, int first)
    {
        var known = 0;
        for (var i = first; i < chain.Length - 1; i++)
        {
            if (One($"{what} revocation", chain[i], chain[i + 1], out var fault)) known++;
            else if (fault is not null) return fault;
        }
        return Check.Holds($"{what} revocation", $"{known} of {Math.Max(0, chain.Length - 1 - first)} are known to be good");
    }

    /// <summary>A serial number as lists write it.</summary>
    public static string Serial(PkiCertificate certificate) => Convert.ToHexStringLower(certificate.Serial.Span.TrimStart((byte)0));

    private bool One(string name, PkiCertificate certificate, PkiCertificate issuer, out Check? fault)
    {
        fault = null;
        var found = false;
        foreach (var response in responses)
        {
            if (OcspJudge.Find(response, certificate, issuer) is not { } single) continue;
            found = true;
            fault = Fault(name, response, single, certificate, issuer);
            if (fault is not null) return false;
        }
        if (!found && policy.RequireRevocation)
            fault = Check.Fails(name, "nvidia.revocation.missing", $"nothing says whether '{certificate.SubjectCommonName}' is good", FailureClass.Transient);
        return found;
    }

    private Check? Fault(string name, OcspResponse response, OcspSingle single, PkiCertificate certificate, PkiCertificate issuer)
    {
        var subject = $"'{certificate.SubjectCommonName}' with serial {Serial(certificate)}";
        if (!OcspJudge.IsSigned(response, issuer, at)) return Check.Fails(name, "nvidia.revocation.signature", $"the response about {subject} is not of its issuer");
        if (!single.IsGood) return Check.Fails(name, "nvidia.revocation.revoked", $"{subject} is {single.Status}");
        var end = single.NextUpdate ?? Later(single.ThisUpdate, policy.OcspAgeMax);
        if (end < ExpiresAt) ExpiresAt = end;
        return at < single.ThisUpdate || at > end
            ? Check.Fails(name, "nvidia.revocation.time", $"the response about {subject} holds from {single.ThisUpdate:u} to {end:u}", FailureClass.Transient)
            : null;
    }

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) => DateTimeOffset.MaxValue - time < by ? DateTimeOffset.MaxValue : time + by;
}
