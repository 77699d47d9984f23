using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// Policies as JSON. What a file leaves out is a default; a member that is not known, a second one of the same name, and a value of another form
/// are refused, each with one line that names the member and says what to give instead.
/// </summary>
internal static class AttestationPolicyJson
{
    /// <summary>Reads a file; every fault is listed, and with none the policy is whole.</summary>
    public static (AttestationPolicy Policy, ImmutableArray<string> Faults) Read(ReadOnlyMemory<byte> utf8, AttestationPolicy defaults)
    {
        try
        {
            var faults = new List<string>();
            var policy = AttestationPolicyMembers.All.Read(defaults, CanonicalJson.ParseObject(utf8, AttestationPolicy.BytesMax), "", faults);
            if (faults.Count == 0) faults.AddRange(AttestationPolicyMembers.Contradictions(policy));
            return (policy, [.. faults]);
        }
        catch (FormatException wrong)
        {
            return (defaults, [wrong.Message.TrimEnd('.').ReplaceLineEndings(" ") + "; give one JSON object, each member once"]);
        }
    }

    /// <summary>Writes every setting, those that are defaults too (RFC 8785).</summary>
    public static byte[] Write(AttestationPolicy policy) => CanonicalJson.Serialize(AttestationPolicyMembers.All.Write(policy));
}
