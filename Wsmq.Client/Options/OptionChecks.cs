using System.Globalization;

namespace Wsmq;

/// <summary>Refuses invalid options; the message names the option and its bounds.</summary>
internal static class OptionChecks
{
    private const int MaxDeviceBytes = 64;

    public static void Check(Uri url, WsmqClientOptions options)
    {
        HubUrl.Check(url);
        if (!NameRules.Check(options.Device, MaxDeviceBytes, isJudged: true, out var error, out var detail))
        {
            throw new ArgumentException(
                $"{nameof(options.Device)} is invalid: {detail ?? error.Text}. Use 1 to {MaxDeviceBytes} bytes.", nameof(options));
        }

        Within(options.MaxBufferedDeliveries, 1, 65_536, nameof(options.MaxBufferedDeliveries));
        Within(options.AckInterval, TimeSpan.Zero, TimeSpan.FromSeconds(10), nameof(options.AckInterval));
        Within(options.AckAfterMessages, 1, 65_536, nameof(options.AckAfterMessages));
        Within(options.MaxBufferedLivePushes, 1, 65_536, nameof(options.MaxBufferedLivePushes));
        Within(options.MaxInFlightSends, 1, 128, nameof(options.MaxInFlightSends));
        Within(options.MaxPendingSendBytes, 64 * 1024, 2L * 1024 * 1024 * 1024, nameof(options.MaxPendingSendBytes));
        Within(options.MaxBodyBytes, 1, 16 * 1024 * 1024, nameof(options.MaxBodyBytes));
        Within(options.MaxHeaderBytes, 0, 64 * 1024, nameof(options.MaxHeaderBytes));
        Within(options.SendTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(2) - TimeSpan.FromMilliseconds(1), nameof(options.SendTimeout));
        Within(options.RequestTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(options.RequestTimeout));
        Within(options.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), nameof(options.ConnectTimeout));
        Within(options.StopTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10), nameof(options.StopTimeout));
        Check(options.ReconnectBackoff, nameof(options.ReconnectBackoff));
        Check(options.SendBackoff, nameof(options.SendBackoff));
        Check(options.HandlerBackoff, nameof(options.HandlerBackoff));
        if (!Enum.IsDefined(options.UnhandledMessages))
        {
            throw new ArgumentException(
                $"{nameof(options.UnhandledMessages)} is {options.UnhandledMessages}, which is not a defined value.", nameof(options));
        }

        if (options.NackReasonProvider is null)
            throw new ArgumentException($"{nameof(options.NackReasonProvider)} must not be null.", nameof(options));
        if (options.TimeProvider is null)
            throw new ArgumentException($"{nameof(options.TimeProvider)} must not be null.", nameof(options));
    }

    public static void Check(WsmqWorkOptions options)
    {
        Within(options.Concurrency, 1, 1_000, nameof(options.Concurrency));
        Within(options.StopTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(options.StopTimeout));
        Within(options.UnknownTypeDelay, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(options.UnknownTypeDelay));
        Within(options.UnknownTypeTimeout, TimeSpan.Zero, TimeSpan.FromDays(365), nameof(options.UnknownTypeTimeout));
    }

    public static void Check(WsmqRespondOptions options) => Within(options.Concurrency, 1, 1_000, nameof(options.Concurrency));

    private static void Check(WsmqBackoffOptions backoff, string name)
    {
        Within(backoff.Min, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), $"{name}.{nameof(backoff.Min)}");
        Within(backoff.Max, backoff.Min, TimeSpan.FromDays(1), $"{name}.{nameof(backoff.Max)}");
    }

    private static void Within<T>(T value, T lowest, T highest, string name)
        where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, but must be between {lowest} and {highest}."), name);
        }
    }
}
