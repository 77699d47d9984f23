namespace SwarmCompute.Chain.Crypto;

/// <summary>The implementation in use: libsecp256k1 where the machine has it (constant time, fast), else the managed one.</summary>
internal static class Secp256k1
{
    /// <summary>The implementation in use.</summary>
    public static ISecp256k1 Instance { get; } = NativeSecp256k1.TryLoad() as ISecp256k1 ?? new ManagedSecp256k1();
}
