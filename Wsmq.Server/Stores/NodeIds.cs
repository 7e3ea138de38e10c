using System.Security.Cryptography;

namespace Wsmq.Server.Stores;

/// <summary>The ids of nodes: random, so that a node that starts again is another one.</summary>
internal static class NodeIds
{
    public const int Length = 8;

    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    public static string Next() => RandomNumberGenerator.GetString(Letters, Length);
}
