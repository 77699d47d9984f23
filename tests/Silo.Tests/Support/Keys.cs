namespace SwarmCompute.Silo.Tests.Support;

/// <summary>Private keys of anvil's accounts 1 to 3, which everybody knows: one for each node of a test.</summary>
internal static class Keys
{
    private static readonly string[] Hex =
    [
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    ];

    public static string Of(int node) => Hex[node - 1];
}
