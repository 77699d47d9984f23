namespace SwarmCompute.Attestation;

/// <summary>What a type of evidence means for the reader of a report, in one sentence.</summary>
public static class EvidenceMeaning
{
    /// <summary>The sentence.</summary>
    /// <param name="type">The TEE type, as manifests name it.</param>
    public static string Of(string type) => type == Manifest.Development
        ? DevelopmentEvidence.Meaning
        : $"evidence of type {type} in the signer's certificate vouches for its key and its measurement; judge it with what the vendor says";
}
