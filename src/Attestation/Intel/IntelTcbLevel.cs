namespace SwarmCompute.Attestation;

/// <summary>One level of TCB info, of a module's identity or of an enclave's identity (Intel PCS API v4).</summary>
/// <param name="Sgx">The 16 SVNs of SGX components; empty for identities.</param>
/// <param name="Tdx">The 16 SVNs of TDX components; empty for identities and SGX.</param>
/// <param name="Svn">PCESVN of TCB info; ISVSVN of identities.</param>
/// <param name="Status">What Intel says of it.</param>
/// <param name="Date">Since when that is said.</param>
/// <param name="Advisories">What concerns it.</param>
internal sealed record IntelTcbLevel(int[] Sgx, int[] Tdx, int Svn, IntelTcbStatus Status, DateTimeOffset Date, string[] Advisories)
{
    /// <summary>Intel's order, highest first: SGX components, PCESVN, TDX components (Quote Verification Library, TcbLevel).</summary>
    public static int CompareHighestFirst(IntelTcbLevel a, IntelTcbLevel b)
    {
        var sgx = b.Sgx.AsSpan().SequenceCompareTo(a.Sgx);
        if (sgx != 0) return sgx;
        var svn = b.Svn.CompareTo(a.Svn);
        return svn != 0 ? svn : b.Tdx.AsSpan().SequenceCompareTo(a.Tdx);
    }
}
