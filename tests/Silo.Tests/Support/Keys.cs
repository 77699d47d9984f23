namespace SwarmCompute.Silo.Tests.Support;

/// <summary>Private keys of anvil's accounts, which everybody knows: 0 is the customer's, 1 to 3 are for the nodes of a test.</summary>
internal static class Keys
{
    public const string Customer = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    private static readonly string[] Hex =
    [
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    ];

    public static string Of(int node) => Hex[node - 1];
}
