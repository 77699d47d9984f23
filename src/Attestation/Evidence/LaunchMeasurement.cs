using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>One hash for what was launched: what a lease names on the chain, and what the chain's registry of measurements lists.</summary>
public static class LaunchMeasurement
{
    private static readonly string[] TdxRegisters = ["mrtd", "rtmr0", "rtmr1", "rtmr2"];         // RTMR3 is the application's own

    /// <summary>
    /// SHA-256 of "swarm/measurement/v1" ‖ 0 ‖ type ‖ 0 ‖ the registers: for TDX MRTD ‖ RTMR0 ‖ RTMR1 ‖ RTMR2, for SGX MRENCLAVE, for SEV-SNP the launch
    /// digest, for CCA the realm initial measurement. For development evidence the one value of <see cref="DevelopmentEvidence.LeaseMeasurement"/>.
    /// </summary>
    /// <param name="result">A verdict of this version's.</param>
    /// <returns>The hash; null where the evidence did not say.</returns>
    public static Hash32? Of(AttestationResult result)
    {
        if (result.Type == Manifest.Development) return DevelopmentEvidence.LeaseMeasurement;
        var names = NamesOf(result.Type);
        if (names.Length == 0 || names.Any(n => !result.Claims.ContainsKey(n))) return null;
        return Hash32.Sha256([.. Encoding.ASCII.GetBytes($"swarm/measurement/v1\0{result.Type}\0"), .. names.SelectMany(n => Convert.FromHexString(result.Claims[n]))]);
    }

    /// <summary>The claims that say what was launched, in the order in which they are hashed.</summary>
    internal static string[] NamesOf(string type) => type switch
    {
        TdxVerifier.Type => TdxRegisters,
        TdxVerifier.SgxType => ["mrenclave"],
        SnpVerifier.Type or Manifest.Development => ["measurement"],
        CcaVerifier.Type => ["realm.initial"],
        _ => [],
    };
}
