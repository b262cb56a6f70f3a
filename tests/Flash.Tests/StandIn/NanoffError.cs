namespace EdgeFleet.Flash.StandIn;

/// <summary>An error of nanoff: its code, and what it adds to the code's own words.</summary>
internal sealed class NanoffError(int code, string extra = "") : Exception
{
    public int Code => code;

    public string Extra => extra;

    /// <summary>The code's own words (nanoFirmwareFlasher.Library/ExitCodes.cs).</summary>
    public string Words => code switch
    {
        2000 => "Error connecting to nano device.",
        2001 => "Error occurred with listing nano devices.",
        2002 => "Error executing operation with nano device.",
        2003 => "Error executing file deployment on nano device.",
        4000 => "Error executing ESP32 serial command.",
        4003 => "Failed to write new firmware to ESP32.",
        4005 => "Failed to open specified COM port.",
        6001 => "Need to specify a COM port.",
        6002 => "Couldn't access serial device. Another (nanoFramework) application has exclusive access to the device.",
        9000 => "Invalid or missing arguments.",
        9002 => "Can't access or create backup directory.",
        9005 => "Can't find the target in Cloudsmith repository.",
        9008 => "Couldn't find application file. Check the path.",
        9009 => "Can't program deployment BIN file without specifying a valid deployment address.",
        9015 => "Can't find the target in the firmware archive.",
        _ => "",
    };
}
