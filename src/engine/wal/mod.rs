//! L2: the log of a bucket: frames in segments, the base that bounds every look back, the locks around them.
