using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

/// <summary>How a minted certificate differs from a plain leaf.</summary>
internal sealed record TestCertificateOptions
{
    public bool Authority { get; init; }

    public int? PathLength { get; init; }

    public bool Constraints { get; init; } = true;

    public X509KeyUsageFlags? Usage { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    public X509Extension[] Extensions { get; init; } = [];

    /// <summary>Whose name it says that it was issued by; null: who issues it.</summary>
    public TestAuthority? IssuerName { get; init; }
}
