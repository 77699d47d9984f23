using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>What evidence must show that a person gives to the command line.</summary>
internal static class EvidencePolicies
{
    /// <summary>
    /// What a policy file leaves out: strict, but evidence of every type of hardware is judged, and what a vendor says of revocation is judged
    /// where it is given; a file can demand it.
    /// </summary>
    public static AttestationPolicy Default { get; } = AttestationPolicy.Strict with
    {
        Types = ["tdx", "sgx", "sev-snp", "cca"],
        Snp = SnpPolicy.Strict with { RequireRevocationList = false },
        Nvidia = AttestationPolicy.Strict.Nvidia with { RequireRevocation = false },
    };

    /// <summary>Reads a policy file with the command line's own defaults.</summary>
    /// <exception cref="CommandException">It cannot be read, or says something else.</exception>
    public static AttestationPolicy Read(string path) => Read(path, Default);

    /// <summary>Reads a policy file; what it leaves out is as in another policy.</summary>
    /// <exception cref="CommandException">It cannot be read, or says something else.</exception>
    public static AttestationPolicy Read(string path, AttestationPolicy defaults)
    {
        try
        {
            return AttestationPolicy.Parse(Bytes(path), defaults);
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"{path} is no policy: {wrong.Message}", wrong);
        }
    }

    /// <summary>The bytes of a policy file.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static byte[] Bytes(string path) => InputFile.Read(path, AttestationPolicy.BytesMax, "a policy, JSON");
}
