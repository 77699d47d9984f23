using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Grains.Transactions;

/// <summary>Which records a journal takes. Pure.</summary>
internal static class TransactionJournalRules
{
    /// <summary>The journal with a record in it, or as it was.</summary>
    public static (TransactionJournalState State, JournalDecision Decision) Write(TransactionJournalState state, JournalRecord record)
    {
        if (Refusal(record) is { } why) return (state, new JournalDecision.Refused(why));
        if (state.Records.Any(r => (r.Nonce == record.Nonce) != (r.Purpose == record.Purpose))) return (state, new JournalDecision.Taken());
        var others = state.Records.RemoveAll(r => r.Nonce == record.Nonce);
        return others.Length < WireLimits.JournalRecordsMax
            ? (new TransactionJournalState { Records = others.Add(record) }, new JournalDecision.Written())
            : (state, new JournalDecision.Refused($"{WireLimits.JournalRecordsMax} transactions of this account are not final; something is wrong with the chain or the account"));
    }

    /// <summary>The journal without the record of a nonce and a purpose; the same one where there is none.</summary>
    public static TransactionJournalState Remove(TransactionJournalState state, ulong nonce, string purpose)
    {
        var left = state.Records.RemoveAll(r => r.Nonce == nonce && r.Purpose == purpose);
        return left.Length == state.Records.Length ? state : new TransactionJournalState { Records = left };
    }

    private static string? Refusal(JournalRecord record)
    {
        if (record.Purpose.Length is 0 or > WireLimits.PurposeCharsMax) return $"a purpose has 1 to {WireLimits.PurposeCharsMax} characters, this one {record.Purpose.Length}";
        if (record.Data.Length > WireLimits.TransactionBytesMax) return $"its data have {record.Data.Length} bytes; at most {WireLimits.TransactionBytesMax} are kept";
        if (record.Hashes.Length is 0 or > JournalEntry.HashesMax) return $"it has {record.Hashes.Length} hashes; 1 to {JournalEntry.HashesMax} are kept";
        return null;
    }
}
