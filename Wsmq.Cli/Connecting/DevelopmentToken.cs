using Wsmq.Development;

namespace Wsmq.Cli.Connecting;

/// <summary>Signs tokens that a host in Development on this machine accepts.</summary>
internal static class DevelopmentToken
{
    /// <summary>How to start a host. Without a build: builds in several terminals conflict.</summary>
    public const string StartHost = "dotnet run --no-build --project Wsmq.Host, after dotnet build";

    public static string Sign(string folder, string user, TimeSpan lifetime) => DevelopmentSigner.Sign(Key(folder), user, lifetime);

    private static byte[] Key(string folder)
    {
        try
        {
            return DevelopmentKey.Load(folder) ?? throw new CliFailure(ExitCodes.Unauthenticated,
                $"There is no development key in {folder}: start the host once in Development ({StartHost}), "
                + "or set its data folder with --data-folder or WSMQ_DATA. For a host elsewhere, use a token: --token-file or WSMQ_TOKEN.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(ExitCodes.Unauthenticated, e.Message, e);
        }
    }
}
