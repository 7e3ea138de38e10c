namespace Wsmq.Host.Diagnostics;

internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Warning, "No audience is configured (Authentication:Schemes:Bearer:ValidAudiences): tokens that the issuer made for other apps are accepted too")]
    public static partial void AnyAudience(ILogger logger);
}
