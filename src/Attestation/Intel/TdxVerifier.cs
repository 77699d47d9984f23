namespace SwarmCompute.Attestation;

/// <summary>
/// Judges quotes of Intel TDX, and of SGX: a pure function in the order of Intel's Quote Verification Library, with the policy on what the
/// quote says that the library leaves to its caller. It never throws for what quote or collateral hold.
/// </summary>
public static class TdxVerifier
{
    /// <summary>The type that results of trust domains name.</summary>
    public const string Type = "tdx";

    /// <summary>The type that results of enclaves name.</summary>
    public const string SgxType = "sgx";

    /// <summary>SHA-256 of the DER of Intel's root, "Intel SGX Root CA", valid until the end of 2049.</summary>
    public static Hash32 IntelRoot { get; } = Hash32.Parse("44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3");

    /// <summary>Judges a quote under Intel's root and the default policy.</summary>
    public static AttestationResult Verify(ReadOnlyMemory<byte> quote, IntelCollateral? collateral, DateTimeOffset at) =>
        Verify(quote, collateral, at, IntelRoot, IntelPolicy.Default);

    /// <summary>Judges a quote.</summary>
    /// <param name="quote">The quote as the platform gave it; at most <see cref="IntelQuote.BytesMax"/> bytes are read.</param>
    /// <param name="collateral">What Intel publishes about the platform; without it the quote's signatures are judged and the verdict is a refusal.</param>
    /// <param name="at">The time at which everything must be valid.</param>
    /// <param name="root">SHA-256 of the DER of the root that is trusted: <see cref="IntelRoot"/>.</param>
    /// <param name="policy">What the quote must show.</param>
    public static AttestationResult Verify(ReadOnlyMemory<byte> quote, IntelCollateral? collateral, DateTimeOffset at, Hash32 root, IntelPolicy policy)
    {
        if (!IntelQuote.TryParse(quote, out var parsed, out var code, out var problem))
            return new([Check.Fails("quote's form", code, problem)]) { Type = Type };
        var appraisal = new IntelAppraisal(parsed!, collateral, at, root, policy);
        appraisal.Judge("quote's form", true, "", $"version {parsed!.Version}", "");
        IntelQuoteSteps.Run(appraisal);
        IntelCollateralSteps.Run(appraisal);
        IntelTcbSteps.Run(appraisal);
        IntelClaims.Add(appraisal);
        IntelPolicySteps.Run(appraisal);
        return appraisal.Result();
    }
}
